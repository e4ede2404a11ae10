//! Whether the state is consistent in itself: for tests and fuzzing.

use rustc_hash::FxHashMap;

use super::State;
use super::thread::ThreadId;

impl State {
    /// Checks every link: descriptors are referred to as often as they are counted, threads are in the groups they name,
    /// parents and children agree.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn verify(&self) -> Result<(), String> {
        let mut references: FxHashMap<usize, u32> = FxHashMap::default();
        for id in self.threads.ids() {
            let thread = &self.threads[id];
            if self.threads.find(thread.tid) != Some(id) {
                return Err(format!("thread {} is found elsewhere", thread.tid));
            }
            let mut open = 0;
            for (num, fd) in thread.fds.iter() {
                *references.entry(fd.index()).or_default() += 1;
                open += 1;
                if thread.fds.get(num) != Some(fd) {
                    return Err(format!("thread {}: descriptor {num} is found elsewhere", thread.tid));
                }
            }
            if open != thread.fds.len() {
                return Err(format!(
                    "thread {}: {open} descriptors, {} counted",
                    thread.tid,
                    thread.fds.len()
                ));
            }
            self.verify_group(id)?;
            self.verify_family(id)?;
        }
        self.fds.verify(&references)
    }

    fn verify_group(&self, id: ThreadId) -> Result<(), String> {
        let thread = &self.threads[id];
        let Some(group) = thread.group.and_then(|group| self.threads.group(group)) else { return Ok(()) };
        if !group.threads().contains(&id) {
            return Err(format!("thread {} is not in its group", thread.tid));
        }
        match group
            .threads()
            .iter()
            .find(|other| self.threads.find(self.threads[**other].tid) != Some(**other))
        {
            Some(other) => {
                Err(format!("group {} has thread {} that is gone", group.pid, self.threads[*other].tid))
            }
            None => Ok(()),
        }
    }

    fn verify_family(&self, id: ThreadId) -> Result<(), String> {
        let thread = &self.threads[id];
        let mut child = thread.links.first_child;
        let mut previous = None;
        let mut left = self.threads.len();
        while let Some(next) = child {
            let entry = &self.threads[next];
            if entry.links.parent != Some(id) || entry.links.previous != previous {
                return Err(format!("thread {} and its child {} disagree", thread.tid, entry.tid));
            }
            if self.threads.find(entry.tid) != Some(next) {
                return Err(format!("thread {} has a child that is gone", thread.tid));
            }
            if left == 0 {
                return Err(format!("thread {} has a circle of children", thread.tid));
            }
            left -= 1;
            previous = child;
            child = entry.links.next;
        }
        Ok(())
    }
}
