//! Bit sets of threads and descriptors.

use catalogue::constant;

macro_rules! bits {
    ($(#[$doc:meta])* $name:ident: $repr:ty { $($(#[$bit_doc:meta])* $bit:ident = $value:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            $($(#[$bit_doc])* pub const $bit: $name = $name($value);)*

            /// Whether all bits of `other` are set.
            #[inline]
            pub const fn contains(self, other: $name) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any bit of `other` is set.
            #[inline]
            pub const fn intersects(self, other: $name) -> bool {
                self.0 & other.0 != 0
            }

            /// Sets the bits of `other`.
            #[inline]
            pub const fn insert(&mut self, other: $name) {
                self.0 |= other.0;
            }

            /// Clears the bits of `other`.
            #[inline]
            pub const fn remove(&mut self, other: $name) {
                self.0 &= !other.0;
            }

            /// Sets or clears the bits of `other`.
            #[inline]
            pub const fn set(&mut self, other: $name, on: bool) {
                if on { self.insert(other) } else { self.remove(other) }
            }

            /// The bits of both.
            #[must_use]
            #[inline]
            pub const fn union(self, other: $name) -> $name {
                $name(self.0 | other.0)
            }

            /// The bits that both have.
            #[must_use]
            #[inline]
            pub const fn intersection(self, other: $name) -> $name {
                $name(self.0 & other.0)
            }
        }
    };
}

bits! {
    /// Flags of a thread (`PPM_CL_*` in the event table's constants).
    ThreadFlags: u32 {
        /// The thread shares its process's descriptor table.
        CLONE_FILES = constant::PPM_CL_CLONE_FILES;
        /// The child's parent is the caller's parent.
        CLONE_PARENT = constant::PPM_CL_CLONE_PARENT;
        /// The child is a thread of the caller's process.
        CLONE_THREAD = constant::PPM_CL_CLONE_THREAD;
        /// A new user namespace.
        CLONE_NEWUSER = constant::PPM_CL_CLONE_NEWUSER;
        /// A new process id namespace.
        CLONE_NEWPID = constant::PPM_CL_CLONE_NEWPID;
        /// The caller waits until the child has executed or exited.
        CLONE_VFORK = constant::PPM_CL_CLONE_VFORK;
        /// The name was set since the thread began.
        NAME_CHANGED = constant::PPM_CL_NAME_CHANGED;
        /// The thread exited; its entry is removed or kept as the process's.
        CLOSED = constant::PPM_CL_CLOSED;
        /// The thread made an event.
        ACTIVE = constant::PPM_CL_ACTIVE;
        /// A pipe's write end was duplicated to standard output.
        PIPE_SRC = constant::PPM_CL_PIPE_SRC;
        /// A pipe's read end was duplicated to standard input.
        PIPE_DST = constant::PPM_CL_PIPE_DST;
        /// The entry was created from the child's side of the call.
        INVERTED = constant::PPM_CL_CLONE_INVERTED;
        /// The thread lives in a process id namespace of its own.
        CHILD_IN_PIDNS = constant::PPM_CL_CHILD_IN_PIDNS;
        /// The main thread of its process.
        MAIN_THREAD = constant::PPM_CL_IS_MAIN_THREAD;
    }
}

bits! {
    /// Marks of what a descriptor refers to.
    FdMarks: u8 {
        /// Read from `/proc` or a capture's tables, not from an event.
        FROM_PROC = 1 << 0;
        /// The file is in the upper layer of an overlay.
        UPPER_LAYER = 1 << 1;
        /// The file is in the lower layer of an overlay.
        LOWER_LAYER = 1 << 2;
    }
}
