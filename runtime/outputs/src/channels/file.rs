//! Alerts to a file, appended; rotated by size when asked for.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;

use super::lines::Lines;
use crate::alert::Alert;
use crate::output::{DeliveryError, Output};

/// When a file is moved away for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Largest size of the file in bytes; 0: it is never rotated.
    pub max_bytes: u64,
    /// How many old files stay: `name.1` is the youngest.
    pub keep: u32,
}

/// A file that is kept open (`keep_alive`) or opened for every write.
#[derive(Debug)]
pub struct FileOutput {
    path: PathBuf,
    keep_alive: bool,
    rotation: Rotation,
    /// The open file and its size.
    file: Option<(File, u64)>,
    lines: Lines,
}

impl FileOutput {
    /// An output to a path; the file is created with the first alert.
    pub fn new(path: impl Into<PathBuf>, keep_alive: bool, rotation: Rotation) -> FileOutput {
        FileOutput { path: path.into(), keep_alive, rotation, file: None, lines: Lines::default() }
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let metadata = file.metadata()?;
        // A pipe or a device has no size.
        Ok((file, if metadata.is_file() { metadata.len() } else { 0 }))
    }

    fn old(&self, number: u32) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(format!(".{number}"));
        name.into()
    }

    /// Moves the old files up by one, and the file to `.1`.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        let missing_is_fine = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        if self.rotation.keep == 0 {
            return missing_is_fine(fs::remove_file(&self.path));
        }
        for number in (1..self.rotation.keep).rev() {
            missing_is_fine(fs::rename(self.old(number), self.old(number + 1)))?;
        }
        missing_is_fine(fs::rename(&self.path, self.old(1)))
    }

    fn write(&mut self) -> io::Result<()> {
        let mut open = match self.file.take() {
            Some(open) => open,
            None => self.open().map_err(|error| {
                let text = format!("failed to open output file {}: {error}", self.path.display());
                io::Error::new(error.kind(), text)
            })?,
        };
        let more = self.lines.left() as u64;
        // Never between the two halves of a write that failed.
        if self.rotation.max_bytes > 0
            && !self.lines.is_begun()
            && open.1 > 0
            && open.1 + more > self.rotation.max_bytes
        {
            self.rotate()?;
            open = self.open()?;
        }
        self.lines.write_to(&mut open.0)?;
        if self.keep_alive {
            self.file = Some((open.0, open.1 + more));
        }
        Ok(())
    }
}

impl Output for FileOutput {
    fn name(&self) -> &str {
        "file"
    }

    fn buffers(&self) -> bool {
        true
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.lines.push(alert);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        if self.lines.left() == 0 {
            return Ok(());
        }
        self.write().map_err(|error| {
            let error = DeliveryError::from(error);
            if !error.retryable {
                self.lines.clear();
            }
            error
        })
    }

    fn reopen(&mut self) -> Result<(), DeliveryError> {
        self.file = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_alert;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("outputs-file-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn rotation_keeps_every_line_and_so_many_files() {
        let folder = scratch("rotate");
        let path = folder.join("alerts");
        let mut output = FileOutput::new(&path, true, Rotation { max_bytes: 100, keep: 3 });
        for id in 0..40 {
            output.deliver(&test_alert(id)).unwrap();
            output.flush().unwrap();
        }
        let mut names: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["alerts", "alerts.1", "alerts.2", "alerts.3"]);
        let mut text = String::new();
        for name in names.iter().rev() {
            let part = fs::read_to_string(folder.join(name)).unwrap();
            assert!(part.len() <= 100, "{name}: {}", part.len());
            text.push_str(&part);
        }
        let expected: Vec<String> = (0..40).map(|id| format!("alert {id}")).collect();
        assert!(expected.join("\n").ends_with(text.trim_end()), "{text}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_moved_file_is_replaced_after_reopening_and_no_line_is_lost() {
        let folder = scratch("reopen");
        let (path, moved) = (folder.join("alerts"), folder.join("moved"));
        let mut output = FileOutput::new(&path, true, Rotation { max_bytes: 0, keep: 0 });
        for id in 0..10 {
            if id == 5 {
                fs::rename(&path, &moved).unwrap();
            }
            if id == 7 {
                output.reopen().unwrap();
            }
            output.deliver(&test_alert(id)).unwrap();
            output.flush().unwrap();
        }
        assert_eq!(fs::read_to_string(&moved).unwrap().lines().count(), 7);
        assert_eq!(fs::read_to_string(&path).unwrap(), "alert 7\nalert 8\nalert 9\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_does_not_fit_stays_for_another_attempt() {
        let mut output = FileOutput::new("/dev/full", true, Rotation { max_bytes: 0, keep: 0 });
        output.deliver(&test_alert(1)).unwrap();
        assert!(output.flush().unwrap_err().retryable);
        assert!(output.lines.left() > 0);
        let mut output = FileOutput::new("/nonexistent/alerts", true, Rotation { max_bytes: 0, keep: 0 });
        output.deliver(&test_alert(1)).unwrap();
        let error = output.flush().unwrap_err();
        assert!(!error.retryable && error.message.contains("/nonexistent/alerts"), "{error}");
        assert_eq!(output.lines.left(), 0);
    }
}
