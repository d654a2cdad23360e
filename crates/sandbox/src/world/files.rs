//! Files: what is attached in the world, each one whole and readable by the programs that open its kind.

use super::dice::Dice;

/// A picture's width and height in pixels, four of which are one byte.
const WIDTH: usize = 160;
const HEIGHT: usize = 100;
/// The colours of a picture: paper, line, bar and box.
type Palette = [[u8; 3]; 4];
/// What a machine says in its log.
const EVENTS: [&str; 8] = [
    "INFO  service started",
    "WARN  disk C: has 6 % left",
    "ERROR connection to 192.168.10.4 timed out",
    "INFO  retry 1 of 3",
    "ERROR login of svc-backup refused: the password has expired",
    "INFO  backup job began",
    "WARN  certificate ends in 12 days",
    "INFO  backup job ended, 41 GB",
];

/// So many lines of a machine's log, of one day.
pub(super) fn log(dice: &mut Dice, day: &str, lines: u32) -> Vec<u8> {
    let mut out = String::new();
    let mut seconds = dice.below(8 * 3600);
    for _ in 0..lines {
        seconds += dice.between(1, 60);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        out.push_str(&format!("{day} {hours:02}:{minutes:02}:{:02} {}\r\n", seconds % 60, dice.pick(&EVENTS)));
    }
    out.into_bytes()
}

/// A table of devices, as people send them from a spreadsheet.
pub(super) fn devices(dice: &mut Dice, rows: u32) -> Vec<u8> {
    let mut out = "Name;Serial number;User\r\n".to_owned();
    for number in 1..=rows {
        out.push_str(&format!("NB-{number:03};{};\"User {number}\"\r\n", dice.shape("@@##@##@#")));
    }
    out.into_bytes()
}

/// A picture of a window with a message in it, or of boxes with lines between.
pub(super) fn picture(dice: &mut Dice, is_window: bool) -> Vec<u8> {
    let shade = |dice: &mut Dice| u8::try_from(dice.below(256)).unwrap_or(0);
    let bar = [shade(dice), shade(dice), shade(dice)];
    let palette: Palette = [[240, 240, 240], [40, 40, 40], bar, [255, 255, 255]];
    let mut pixels = vec![0_u8; WIDTH * HEIGHT];
    let mut fill = |left: usize, top: usize, width: usize, height: usize, color: u8| {
        for row in pixels.chunks_exact_mut(WIDTH).skip(top).take(height) {
            row.iter_mut().skip(left).take(width).for_each(|pixel| *pixel = color);
        }
    };
    if is_window {
        fill(19, 14, 122, 72, 1);
        fill(20, 15, 120, 70, 3);
        fill(20, 15, 120, 10, 2);
        for line in 0..4 {
            let width = 40 + usize::try_from(dice.below(60)).unwrap_or(0);
            fill(30, 34 + line * 9, width, 3, 1);
        }
    } else {
        fill(20, 49, 120, 1, 1);
        for number in 0..4 {
            let top = 30 + usize::try_from(dice.below(30)).unwrap_or(0);
            fill(14 + number * 36, top, 22, 14, 1);
            fill(15 + number * 36, top + 1, 20, 12, 2);
        }
    }
    png(&pixels, &palette)
}

/// A PNG of four colours. What is in it is stored and not packed, so that its bytes hang on no packer's version.
fn png(pixels: &[u8], palette: &Palette) -> Vec<u8> {
    let mut raw = Vec::with_capacity(HEIGHT * (WIDTH / 4 + 1));
    for row in pixels.chunks_exact(WIDTH) {
        raw.push(0);
        raw.extend(row.chunks_exact(4).map(|four| four.iter().fold(0, |byte, pixel| byte << 2 | pixel & 3)));
    }
    let length = u16::try_from(raw.len()).unwrap_or(u16::MAX);
    // zlib: its two bytes, one stored block that is the last, and the checksum.
    let mut stored = vec![0x78, 0x01, 0x01];
    stored.extend(length.to_le_bytes());
    stored.extend((!length).to_le_bytes());
    stored.extend(&raw);
    stored.extend(adler(&raw).to_be_bytes());
    let mut head = Vec::new();
    head.extend(u32::try_from(WIDTH).unwrap_or(0).to_be_bytes());
    head.extend(u32::try_from(HEIGHT).unwrap_or(0).to_be_bytes());
    // Two bits for a pixel, by palette.
    head.extend([2, 3, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"PLTE", palette.concat()), (b"IDAT", stored), (b"IEND", Vec::new())] {
        out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(&data);
        out.extend(kind);
        out.extend(&data);
        out.extend(sum.sum().to_be_bytes());
    }
    out
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

/// A PDF of one page with these lines, which have only ASCII letters and no brackets.
pub(super) fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut page = "BT /F1 12 Tf 72 720 Td 16 TL\n".to_owned();
    for line in lines {
        page.push_str(&format!("({line}) Tj T*\n"));
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = out.len();
    out.push_str(&table);
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_picture_is_a_whole_png() {
        let bytes = picture(&mut Dice::new(1, 1), true);
        let mut at = 8;
        let mut kinds = Vec::new();
        while at < bytes.len() {
            let length =
                usize::try_from(u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"))).expect("small");
            let part = &bytes[at + 4..at + 8 + length];
            let mut sum = flate2::Crc::new();
            sum.update(part);
            assert_eq!(sum.sum().to_be_bytes(), bytes[at + 8 + length..at + 12 + length]);
            if part.starts_with(b"IDAT") {
                let mut raw = Vec::new();
                flate2::read::ZlibDecoder::new(&part[4..]).read_to_end(&mut raw).expect("it unpacks, sum and all");
                assert_eq!(raw.len(), HEIGHT * (WIDTH / 4 + 1));
                assert!(raw.iter().any(|byte| *byte != 0));
            }
            kinds.push(String::from_utf8_lossy(&part[..4]).into_owned());
            at += 12 + length;
        }
        assert_eq!((at, kinds.join(" ").as_str()), (bytes.len(), "IHDR PLTE IDAT IEND"));
    }

    #[test]
    fn the_places_in_a_pdf_are_those_of_its_objects() {
        let text = String::from_utf8(pdf(&["one", "two"])).expect("ASCII");
        let (body, table) = text.split_once("xref\n").expect("a table");
        let places: Vec<usize> =
            table.lines().filter_map(|line| line.strip_suffix(" 00000 n ")?.parse().ok()).collect();
        assert_eq!(places.len(), 5);
        for (number, place) in (1..).zip(&places) {
            assert!(text[*place..].starts_with(&format!("{number} 0 obj\n")), "{number}");
        }
        assert!(text.ends_with(&format!("startxref\n{}\n%%EOF\n", body.len())));
    }
}
