//! Finishes the page that Trunk built: compiles the app into it, and makes it fit our content-security policy, which
//! allows no inline script and no inline style.
//!
//! ```text
//! <link rel="rust" …>  ──►  <script type="module">import init …</script>
//!                                  │ the text moves into a file named by its hash
//!                                  ▼
//!                           <script type="module" src="/loader-0123456789abcdef.js"></script>
//! ```

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::app_wasm::{self, MainFiles, Profile};

/// Rewrites `index.html` in the folder where Trunk has put the finished files.
pub(crate) fn run() -> Result<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR")
        .context("TRUNK_STAGING_DIR is not set: `trunk-hook` is called by Trunk, type `cargo xtask start` instead")?;
    let public_url = env::var("TRUNK_PUBLIC_URL").unwrap_or_else(|_| "/".to_owned());
    let is_debug = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "debug");
    let profile = if is_debug { Profile::Debug } else { Profile::Release };
    let app = app_wasm::build(profile, Path::new(&folder))?;
    rewrite_page(Path::new(&folder), &public_url, &app)
}

fn rewrite_page(folder: &Path, public_url: &str, app: &MainFiles) -> Result<()> {
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let html = with_app(&html, public_url, app)?;
    let (html, scripts) = move_inline_scripts(&html, public_url)?;
    let remaining = inline_code(&html)?;
    ensure!(
        remaining.is_empty(),
        "the content-security policy forbids what index.html still has inline: {}; move it into a file",
        remaining.join(", ")
    );
    for script in scripts {
        fs::write(folder.join(&script.name), script.text).with_context(|| format!("cannot write {}", script.name))?;
    }
    fs::write(&page, html).with_context(|| format!("cannot write {}", page.display()))
}

/// Puts what loads the app into the place of `<link rel="rust">`; the browser fetches the files side by side.
fn with_app(html: &str, public_url: &str, app: &MainFiles) -> Result<String> {
    let MainFiles { js, pages_js, wasm } = app;
    let tags = tags(html)?;
    let place = tags
        .iter()
        .find(|tag| tag.name == "link" && tag.attribute("rel") == Some("rust"))
        .context("index.html has no `<link rel=\"rust\">` where the app would be loaded")?;
    let loader = format!(
        r#"<link rel="modulepreload" href="{public_url}{js}"><link rel="modulepreload" href="{public_url}{pages_js}">
    <link rel="preload" href="{public_url}{wasm}" as="fetch" type="application/wasm" crossorigin>
    <script type="module">
import init from '{public_url}{js}';
await init({{ module_or_path: '{public_url}{wasm}' }});
</script>"#
    );
    Ok([&html[..place.start], &loader, &html[place.end..]].concat())
}

/// A file that was an inline script.
#[derive(Debug, PartialEq)]
struct Script {
    name: String,
    text: String,
}

/// Replaces every inline script by a reference to a file, and leaves out all `nonce` attributes.
fn move_inline_scripts(html: &str, public_url: &str) -> Result<(String, Vec<Script>)> {
    let mut page = String::with_capacity(html.len());
    let mut scripts = Vec::new();
    let mut copied = 0;
    for tag in tags(html)? {
        let is_inline = tag.name == "script" && tag.attribute("src").is_none();
        if !is_inline && tag.attribute("nonce").is_none() {
            continue;
        }
        page.push_str(&html[copied..tag.start]);
        copied = tag.end;
        page.push('<');
        page.push_str(&tag.name);
        for attribute in tag.attributes.iter().filter(|attribute| attribute.name != "nonce") {
            page.push(' ');
            page.push_str(attribute.source);
        }
        if is_inline {
            let kind = tag.attribute("type").unwrap_or_default();
            ensure!(
                matches!(kind, "" | "module" | "text/javascript"),
                "index.html has an inline script of type `{kind}`, which cannot be moved into a file"
            );
            let script = Script { name: loader_name(tag.text), text: tag.text.trim().to_owned() + "\n" };
            page.push_str(&format!(r#" src="{public_url}{}""#, script.name));
            copied += tag.text.len();
            scripts.push(script);
        }
        page.push('>');
    }
    page.push_str(&html[copied..]);
    Ok((page, scripts))
}

/// The same text always gets the same name, so that browsers may keep the file for ever.
fn loader_name(text: &str) -> String {
    let hash: String = Sha256::digest(text.trim()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("loader-{hash}.js")
}

/// Everything in the page that the policy would refuse, each as a few words for a person.
fn inline_code(html: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for tag in tags(html)? {
        match tag.name.as_str() {
            "script" if tag.attribute("src").is_none() => found.push("a `<script>` without `src`".to_owned()),
            "script" if !tag.text.trim().is_empty() => found.push("text in a `<script src>`".to_owned()),
            "style" => found.push("a `<style>` element".to_owned()),
            _ => {}
        }
        for attribute in &tag.attributes {
            let is_code = attribute.name == "style"
                || attribute.name == "nonce"
                || attribute.name.starts_with("on")
                || attribute.value.trim_start().to_ascii_lowercase().starts_with("javascript:");
            if is_code {
                found.push(format!("`{}` on `<{}>`", attribute.source, tag.name));
            }
        }
    }
    Ok(found)
}

/// An opening tag; for the elements whose content is plain text to a browser, with that text.
struct Tag<'a> {
    name: String,
    attributes: Vec<Attribute<'a>>,
    text: &'a str,
    start: usize,
    end: usize,
}

struct Attribute<'a> {
    name: String,
    value: &'a str,
    source: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }
}

/// All opening tags of the page, in order.
fn tags(html: &str) -> Result<Vec<Tag<'_>>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let rest = &html[start + 1..];
        if rest.starts_with("!--") {
            let length = rest.find("-->").context("index.html has a comment without an end")?;
            at = start + 1 + length + 3;
        } else if rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let tag = read_tag(html, start)?;
            at = tag.end + tag.text.len();
            tags.push(tag);
        } else {
            // A closing tag, the doctype, or a `<` that stands for itself.
            at = start + 1;
        }
    }
    Ok(tags)
}

fn read_tag(html: &str, start: usize) -> Result<Tag<'_>> {
    let is_name = |c: char| !c.is_ascii_whitespace() && !matches!(c, '>' | '/' | '=');
    let mut at = start + 1;
    let name = leading(&html[at..], is_name).to_ascii_lowercase();
    at += name.len();
    let mut attributes = Vec::new();
    loop {
        at += leading(&html[at..], |c| c.is_ascii_whitespace() || c == '/').len();
        let rest = &html[at..];
        if rest.starts_with('>') {
            at += 1;
            break;
        }
        let attribute = read_attribute(rest).with_context(|| format!("index.html has a `<{name}` without an end"))?;
        at += attribute.source.len();
        attributes.push(attribute);
    }
    let text = match name.as_str() {
        "script" | "style" | "title" | "textarea" => text_until_closing(&html[at..], &name)?,
        _ => "",
    };
    Ok(Tag { name, attributes, text, start, end: at })
}

fn read_attribute(text: &str) -> Result<Attribute<'_>> {
    let name = leading(text, |c| !c.is_ascii_whitespace() && !matches!(c, '>' | '/' | '='));
    ensure!(!name.is_empty(), "the text ends, or has an attribute without a name");
    let after = text[name.len()..].trim_ascii_start();
    let Some(after) = after.strip_prefix('=') else {
        return Ok(Attribute { name: name.to_ascii_lowercase(), value: "", source: name });
    };
    let after = after.trim_ascii_start();
    let (value, rest) = match after.chars().next() {
        Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).context("a quotation mark is not closed")?,
        Some(_) => after.split_at(leading(after, |c| !c.is_ascii_whitespace() && c != '>').len()),
        None => bail!("the text ends"),
    };
    let source = &text[..text.len() - rest.len()];
    Ok(Attribute { name: name.to_ascii_lowercase(), value, source })
}

/// The text up to `</name`, in any letter case.
fn text_until_closing<'a>(html: &'a str, name: &str) -> Result<&'a str> {
    let length = html
        .to_ascii_lowercase()
        .find(&format!("</{name}"))
        .with_context(|| format!("index.html has a `<{name}>` without an end"))?;
    Ok(&html[..length])
}

/// The characters at the beginning that pass.
fn leading(text: &str, passes: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !passes(c)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = r#"<!DOCTYPE html><html lang="en"><head><link data-trunk rel="rust" href="app/Cargo.toml" />
<!-- <script>in a comment</script> -->
<title>a < b</title>
<link rel="modulepreload" href="/app-1.js" crossorigin="anonymous" integrity="sha384-x" nonce="{{n}}">
<SCRIPT type="module" nonce="{{n}}">
import init, * as bindings from '/app-1.js';
if (1 < 2) { await init(); }
</SCRIPT></head><body></body></html>"#;

    fn app() -> MainFiles {
        MainFiles { js: "a-1.js".to_owned(), pages_js: "pages-1.js".to_owned(), wasm: "a-1_bg.wasm".to_owned() }
    }

    #[test]
    fn the_app_is_loaded_where_its_link_was() {
        let page = with_app("<head><link rel=rust><title>a</title></head>", "/x/", &app()).unwrap();
        assert!(page.starts_with(r#"<head><link rel="modulepreload" href="/x/a-1.js">"#), "{page}");
        assert!(
            page.contains("import init from '/x/a-1.js';\nawait init({ module_or_path: '/x/a-1_bg.wasm' });"),
            "{page}"
        );
        assert!(page.ends_with("</script><title>a</title></head>"), "{page}");
        assert!(with_app("<head></head>", "/", &app()).is_err());
    }

    #[track_caller]
    fn check_remaining(html: &str, expect: &[&str]) {
        assert_eq!(inline_code(html).unwrap(), expect);
    }

    #[test]
    fn an_inline_script_moves_into_a_file_named_by_its_content() {
        let (page, scripts) = move_inline_scripts(BUILT, "/").unwrap();
        let name = loader_name(&scripts[0].text);
        assert_eq!(scripts[0].text, "import init, * as bindings from '/app-1.js';\nif (1 < 2) { await init(); }\n");
        assert_eq!(name.len(), "loader-".len() + 16 + ".js".len());
        assert!(page.contains(&format!(r#"<script type="module" src="/{name}"></SCRIPT></head>"#)), "{page}");
        assert_eq!(inline_code(&page).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn nonces_go_and_integrity_stays() {
        let (page, _) = move_inline_scripts(BUILT, "/").unwrap();
        assert!(!page.contains("nonce"), "{page}");
        let link = r#"<link rel="modulepreload" href="/app-1.js" crossorigin="anonymous" integrity="sha384-x">"#;
        assert!(page.contains(link), "{page}");
    }

    #[test]
    fn a_page_without_inline_script_is_unchanged() {
        let html = "<!doctype html><script src=/a.js></script><p class='x'>1 < 2 &amp; </p>";
        assert_eq!(move_inline_scripts(html, "/").unwrap(), (html.to_owned(), vec![]));
    }

    #[test]
    fn the_same_script_gets_the_same_name() {
        assert_eq!(loader_name("a()"), loader_name("\n a() \n"));
        assert_ne!(loader_name("a()"), loader_name("b()"));
    }

    #[test]
    fn what_the_policy_forbids_is_found() {
        check_remaining("<script>a()</script>", &["a `<script>` without `src`"]);
        check_remaining("<script src=a.js>a()</script>", &["text in a `<script src>`"]);
        check_remaining("<style>a{}</style>", &["a `<style>` element"]);
        check_remaining(r#"<p STYLE="color: red">"#, &[r#"`STYLE="color: red"` on `<p>`"#]);
        check_remaining("<body onload=go()>", &["`onload=go()` on `<body>`"]);
        check_remaining("<a href = ' JavaScript:go()'>", &["`href = ' JavaScript:go()'` on `<a>`"]);
        check_remaining("<p title='onload=\"x\" style=\"y\"'><br/><input disabled>", &[]);
    }

    #[test]
    fn a_script_that_is_data_is_refused() {
        let error = move_inline_scripts("<script type=importmap>{}</script>", "/").unwrap_err();
        assert_eq!(
            error.to_string(),
            "index.html has an inline script of type `importmap`, which cannot be moved into a file"
        );
    }

    #[test]
    fn broken_pages_are_errors() {
        for html in ["<!-- a", "<p class=\"a", "<script>a()", "<p ", "<p class=", "<p =a>"] {
            assert!(tags(html).is_err(), "{html}");
        }
    }

    #[test]
    fn the_page_and_the_loader_are_written() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), BUILT).unwrap();
        rewrite_page(folder.path(), "/", &app()).unwrap();
        // The page, the script it had, and the one that loads the app.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_page_with_an_inline_style_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<link rel=rust><style>a{}</style>").unwrap();
        let error = rewrite_page(folder.path(), "/", &app()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the content-security policy forbids what index.html still has inline: a `<style>` element; move it into a file"
        );
    }
}
