//! Bit sets of threads and descriptors.

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
        CLONE_FILES = 1 << 0;
        /// The child's parent is the caller's parent.
        CLONE_PARENT = 1 << 5;
        /// The child is a thread of the caller's process.
        CLONE_THREAD = 1 << 8;
        /// A new user namespace.
        CLONE_NEWUSER = 1 << 12;
        /// A new process id namespace.
        CLONE_NEWPID = 1 << 13;
        /// The caller waits until the child has executed or exited.
        CLONE_VFORK = 1 << 14;
        /// The name was set since the thread began.
        NAME_CHANGED = 1 << 17;
        /// The thread exited; its entry is removed or kept as the process's.
        CLOSED = 1 << 18;
        /// The thread made an event.
        ACTIVE = 1 << 19;
        /// A pipe's write end was duplicated to standard output.
        PIPE_SRC = 1 << 23;
        /// A pipe's read end was duplicated to standard input.
        PIPE_DST = 1 << 24;
        /// The entry was created from the child's side of the call.
        INVERTED = 1 << 25;
        /// The thread lives in a process id namespace of its own.
        CHILD_IN_PIDNS = 1 << 26;
        /// The main thread of its process.
        MAIN_THREAD = 1 << 27;
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
