//! A folder whose n-th call to the disk fails for one program: by a library of C that is loaded into it, and stands between it
//! and the system's own calls.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

/// From so many frames of its log on SQLite moves them into the file itself.
const FRAMES: u64 = 1_000;
/// Frames that one piece of work writes at least: so many less are in the log when it begins.
const FRAMES_OF_WORK: u64 = 30;
/// Bytes of a frame: a page and what stands before it.
const FRAME: u64 = 4096 + 24;

/// Which calls are counted, and how they fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// One that changes something, and what follows is well.
    Change,
    /// One that changes something, and all of those that follow: reading goes on.
    ChangesFromThereOn,
    /// One that reads, and what follows is well.
    Read,
}

/// The library, and a store that is copied for each piece of work.
pub(super) struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    pub(super) fn new() -> Disk {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/disk_faults/shim.c");
        // What compiles SQLite compiles this.
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let mut compile = Command::new(compiler);
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("shim.so")).arg(source);
        assert!(compile.status().expect("a C compiler").success());
        Disk { folder }
    }

    /// A new store, which a copy is made of with [`Disk::copy`].
    pub(super) fn template(&self) -> PathBuf {
        self.folder.path().join("template.db")
    }

    /// Fills the log of the template, so that it is moved into the file while work is done.
    pub(super) fn fill(&self) {
        let file = Connection::open(self.template()).expect("the template");
        file.execute_batch(
            "pragma wal_autocheckpoint = 0; pragma synchronous = off;
             insert into drafts (user, id, version, body, updated_at) values (0, 'filler', 1, '{}', 1)",
        )
        .expect("it is filled");
        let log = log_of(&self.template());
        while fs::metadata(&log).expect("a log").len() < (FRAMES - FRAMES_OF_WORK) * FRAME {
            file.execute_batch("update drafts set version = version + 1 where id = 'filler'").expect("it is filled");
        }
        // A copy that is made while it is open has the log still.
        let kept = self.folder.path().join("filled.db");
        fs::copy(self.template(), &kept).expect("a copy");
        fs::copy(&log, log_of(&kept)).expect("a copy");
        drop(file);
        fs::rename(log_of(&kept), &log).expect("a copy");
        fs::rename(&kept, self.template()).expect("a copy");
    }

    /// A folder that only fails where it is said, with a copy of the template if there is one.
    pub(super) fn copy(&self, name: &str) -> Place {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        let store = folder.join("store.db");
        if self.template().exists() {
            fs::copy(self.template(), &store).expect("a copy");
        }
        let log = log_of(&self.template());
        if log.exists() {
            fs::copy(log, log_of(&store)).expect("a copy");
        }
        let said = self.folder.path().join(format!("{name}.said"));
        Place { store, said, shim: self.folder.path().join("shim.so"), folder }
    }
}

/// A store in a folder of its own.
pub(super) struct Place {
    pub(super) store: PathBuf,
    folder: PathBuf,
    said: PathBuf,
    shim: PathBuf,
}

impl Place {
    /// Lets the n-th call fail of what this command starts.
    pub(super) fn break_at(&self, command: &mut Command, fault: Fault, n: u32) {
        let is_read = fault == Fault::Read;
        command
            .env("LD_PRELOAD", &self.shim)
            .env("DISK_FOLDER", &self.folder)
            .env("DISK_CALLS", if is_read { "reads" } else { "changes" })
            .env("DISK_AT", n.to_string())
            .env("DISK_ON", if fault == Fault::ChangesFromThereOn { "on" } else { "once" })
            .env("DISK_SAID", &self.said);
    }

    /// The call that failed first, if there were so many.
    pub(super) fn failed(&self) -> Option<String> {
        fs::read_to_string(&self.said).ok()
    }

    /// It is a database without a fault.
    pub(super) fn is_sound(&self, name: &str) {
        let file = Connection::open(&self.store).expect("the store");
        let word: String = file.query_row("pragma integrity_check", [], |row| row.get(0)).expect("a word");
        assert_eq!(word, "ok", "{name}");
    }

    /// Nothing of it is wanted any more.
    pub(super) fn remove(self) {
        fs::remove_dir_all(self.folder).expect("it is removed");
    }
}

fn log_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
