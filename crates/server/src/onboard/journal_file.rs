//! The journal's file: the plan in the first line, then an event a line, each on the disk before the next thing happens.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use autotask_core::onboarding::{Entry, Plan};
use serde::Serialize;

/// Longest journal that is read, in bytes; a long run has some kilobytes.
const BYTES_MAX: u64 = 64 << 20;

/// An open journal; no other process has it as long as it lives.
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    /// A line may be half in the file: nothing may follow it.
    is_broken: bool,
}

/// What a file held.
pub(super) struct Kept {
    pub(super) file: JournalFile,
    pub(super) plan: Plan,
    pub(super) journal: Vec<Entry>,
    /// What was done with a line that broke off.
    pub(super) notice: Option<String>,
}

impl JournalFile {
    /// Opens the run that a file holds; `None` when there is no file, or nothing in it.
    pub(super) fn open(path: &Path) -> Result<Option<Kept>> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => bail!("the journal {} cannot be opened: {error}", path.display()),
        };
        JournalFile::locked(file, path)?.read()
    }

    /// Begins a file with this plan.
    pub(super) fn begin(path: &Path, plan: &Plan) -> Result<JournalFile> {
        let cannot = || format!("the journal {} cannot be made", path.display());
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).with_context(cannot)?;
        let mut journal = JournalFile::locked(file, path)?;
        // It was not there a moment ago.
        let length = journal.file.metadata().with_context(cannot)?.len();
        ensure!(length == 0, "another process has begun a run in {} just now", path.display());
        journal.append(plan).map_err(|why| anyhow!(why))?;
        #[cfg(unix)]
        {
            // The file's name, too, must be there after a crash.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
        }
        Ok(journal)
    }

    fn locked(file: File, path: &Path) -> Result<JournalFile> {
        match file.try_lock() {
            Ok(()) => Ok(JournalFile { file, path: path.to_owned(), is_broken: false }),
            Err(TryLockError::WouldBlock) => {
                bail!("another process is at work on {}; wait until it has ended", path.display())
            }
            Err(TryLockError::Error(error)) => bail!("the journal {} cannot be locked: {error}", path.display()),
        }
    }

    fn read(mut self) -> Result<Option<Kept>> {
        let shown = self.path.display().to_string();
        let mut bytes = Vec::new();
        let read = (&self.file).take(BYTES_MAX + 1).read_to_end(&mut bytes);
        read.with_context(|| format!("the journal {shown} cannot be read"))?;
        ensure!(bytes.len() as u64 <= BYTES_MAX, "{shown} is longer than {} MiB: it is no journal", BYTES_MAX >> 20);
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let Some((first, rest)) = lines(&bytes[..whole]).split_first().map(|(first, rest)| (*first, rest.to_vec()))
        else {
            // A plan that is not wholly there was never begun with.
            ensure!(
                bytes.is_empty(),
                "{shown} holds no whole plan, so nothing was sent; delete it, or name another file"
            );
            return Ok(None);
        };
        let plan: Plan = serde_json::from_slice(first)
            .map_err(|error| anyhow!("line 1 of {shown} is no plan of an onboarding: {error}"))?;
        let mut journal = Vec::new();
        for (number, line) in (2..).zip(&rest) {
            let entry = serde_json::from_slice(line)
                .map_err(|error| anyhow!("line {number} of {shown} cannot be read: {error}; nothing was sent"))?;
            journal.push(entry);
        }
        // Not before all else was read: what is no journal is left as it is.
        let notice = (whole < bytes.len())
            .then(|| format!("Line {} of {shown} broke off when it was written, and was cut off", rest.len() + 2));
        if notice.is_some() {
            self.cut(whole).with_context(|| format!("the journal {shown} cannot be written"))?;
        }
        self.file.seek(SeekFrom::End(0)).with_context(|| format!("the journal {shown} cannot be read"))?;
        Ok(Some(Kept { file: self, plan, journal, notice }))
    }

    fn cut(&self, length: usize) -> std::io::Result<()> {
        self.file.set_len(length as u64)?;
        self.file.sync_all()
    }

    /// Adds an entry. When this returns it is on the disk.
    pub(super) fn keep(&mut self, entry: &Entry) -> Result<(), String> {
        self.append(entry)
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), String> {
        let shown = self.path.display();
        if self.is_broken {
            return Err(format!("the journal {shown} could not be written before"));
        }
        let mut bytes = serde_json::to_vec(line).map_err(|error| error.to_string())?;
        bytes.push(b'\n');
        self.file.write_all(&bytes).and_then(|()| self.file.sync_data()).map_err(|error| {
            self.is_broken = true;
            format!("the journal {shown} cannot be written: {error}")
        })
    }
}

/// The lines of a text that ends with the end of one.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    lines.pop();
    lines
}

#[cfg(test)]
mod tests {
    use std::fs;

    use autotask_core::onboarding::{Answers, Event, plan};
    use autotask_core::{Instant, Record, Schema};

    use super::*;

    fn a_plan() -> Plan {
        let company = Record::new().with("companyName", "Acme");
        plan("r", &Answers { company, ..Answers::default() }, &Schema::new()).0
    }

    fn entry(id: i64) -> Entry {
        Entry { at: Instant(0), event: Event::Confirmed { step: "company".to_owned(), id } }
    }

    #[test]
    fn what_is_kept_is_read_again_and_a_line_that_broke_off_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.journal");
        assert!(JournalFile::open(&path).unwrap().is_none());
        let mut file = JournalFile::begin(&path, &a_plan()).unwrap();
        file.keep(&entry(1)).unwrap();
        file.keep(&entry(2)).unwrap();
        assert!(JournalFile::open(&path).is_err_and(|error| error.to_string().contains("another process is at work")));
        drop(file);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let opened = JournalFile::open(&path);
            if length == 0 {
                assert!(opened.unwrap().is_none());
                continue;
            }
            if length <= first {
                let error = opened.err().unwrap().to_string();
                assert!(error.contains("holds no whole plan"), "{length}: {error}");
                continue;
            }
            let Kept { mut file, plan, journal, notice } = opened.unwrap().unwrap();
            let entries = whole[..length].iter().filter(|byte| **byte == b'\n').count() - 1;
            assert_eq!((plan, journal.len()), (a_plan(), entries));
            assert_eq!(notice.is_some(), !whole[..length].ends_with(b"\n"), "{length}");
            // What follows stands on a line of its own.
            file.keep(&entry(9)).unwrap();
            drop(file);
            let journal = JournalFile::open(&path).unwrap().unwrap().journal;
            assert_eq!((journal.len(), journal.last()), (entries + 1, Some(&entry(9))));
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_the_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.journal");
        drop(JournalFile::begin(&path, &a_plan()).unwrap());
        let plan = fs::read_to_string(&path).unwrap();
        let good = serde_json::to_string(&entry(1)).unwrap();
        for (text, expected) in [
            (format!("{plan}{good}\nnonsense\n{good}\n"), "line 3 of"),
            (format!("{plan}\n{good}\n"), "line 2 of"),
            (format!("{plan}{{\"event\":\"later\",\"at\":\"2026-11-20T09:30:00Z\"}}\n{{\"torn"), "line 2 of"),
            ("[1]\nx".to_owned(), "line 1 of"),
            ("\n".to_owned(), "line 1 of"),
            ("precious".to_owned(), "holds no whole plan"),
        ] {
            fs::write(&path, &text).unwrap();
            let error = JournalFile::open(&path).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
