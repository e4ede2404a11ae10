/* From the kernel's flags and numbers to those of the event format. Kernel values are those of its user interface. */
#ifndef FLAGS_H
#define FLAGS_H

#include "event_types.h"
#include "types.h"

/* All bits of `from` are set in `flags`. */
#define WHEN(from, to) (((flags) & (from)) == (from) ? (to) : 0)

INLINE u32 open_flags(u64 flags)
{
	u32 access = flags & 3;
	u32 out = access == 1 ? PPM_O_WRONLY : access == 2 ? PPM_O_RDWR : PPM_O_RDONLY;

	out |= WHEN(0100, PPM_O_CREAT) | WHEN(0200, PPM_O_EXCL) | WHEN(01000, PPM_O_TRUNC) | WHEN(02000, PPM_O_APPEND);
	out |= WHEN(04000, PPM_O_NONBLOCK) | WHEN(010000, PPM_O_DSYNC) | WHEN(04010000, PPM_O_SYNC);
	out |= WHEN(02000000, PPM_O_CLOEXEC);
#if defined(__TARGET_ARCH_x86)
	out |= WHEN(040000, PPM_O_DIRECT) | WHEN(0100000, PPM_O_LARGEFILE) | WHEN(0200000, PPM_O_DIRECTORY);
	out |= WHEN(020200000, PPM_O_TMPFILE);
#else
	out |= WHEN(0200000, PPM_O_DIRECT) | WHEN(0400000, PPM_O_LARGEFILE) | WHEN(040000, PPM_O_DIRECTORY);
	out |= WHEN(020040000, PPM_O_TMPFILE);
#endif
	return out;
}

/* The mode counts only when a file can be created. */
INLINE u32 open_mode(u64 flags, u64 mode)
{
	return open_flags(flags) & (PPM_O_CREAT | PPM_O_TMPFILE) ? mode & 07777 : 0;
}

/* Flags shared by pipe2, dup3, eventfd2, signalfd4, inotify_init1: open flags without an access mode. */
INLINE u32 descriptor_flags(u64 flags)
{
	if ((s32)flags < 0)
		return 0;
	return open_flags(flags & ~3ULL) & ~PPM_O_RDONLY;
}

INLINE u32 clone_flags(u64 flags)
{
	u32 out = 0;

	out |= WHEN(0x100, PPM_CL_CLONE_VM) | WHEN(0x200, PPM_CL_CLONE_FS) | WHEN(0x400, PPM_CL_CLONE_FILES);
	out |= WHEN(0x800, PPM_CL_CLONE_SIGHAND) | WHEN(0x2000, PPM_CL_CLONE_PTRACE);
	out |= WHEN(0x4000, PPM_CL_CLONE_VFORK) | WHEN(0x8000, PPM_CL_CLONE_PARENT);
	out |= WHEN(0x10000, PPM_CL_CLONE_THREAD) | WHEN(0x20000, PPM_CL_CLONE_NEWNS);
	out |= WHEN(0x40000, PPM_CL_CLONE_SYSVSEM) | WHEN(0x80000, PPM_CL_CLONE_SETTLS);
	out |= WHEN(0x100000, PPM_CL_CLONE_PARENT_SETTID) | WHEN(0x200000, PPM_CL_CLONE_CHILD_CLEARTID);
	out |= WHEN(0x800000, PPM_CL_CLONE_UNTRACED) | WHEN(0x1000000, PPM_CL_CLONE_CHILD_SETTID);
	out |= WHEN(0x2000000, PPM_CL_CLONE_NEWCGROUP) | WHEN(0x4000000, PPM_CL_CLONE_NEWUTS);
	out |= WHEN(0x8000000, PPM_CL_CLONE_NEWIPC) | WHEN(0x10000000, PPM_CL_CLONE_NEWUSER);
	out |= WHEN(0x20000000, PPM_CL_CLONE_NEWPID) | WHEN(0x40000000, PPM_CL_CLONE_NEWNET);
	out |= WHEN(0x80000000, PPM_CL_CLONE_IO);
	return out;
}

INLINE u32 resolve_flags(u64 flags)
{
	return WHEN(0x01, PPM_RESOLVE_NO_XDEV) | WHEN(0x02, PPM_RESOLVE_NO_MAGICLINKS) |
	       WHEN(0x04, PPM_RESOLVE_NO_SYMLINKS) | WHEN(0x08, PPM_RESOLVE_BENEATH) |
	       WHEN(0x10, PPM_RESOLVE_IN_ROOT) | WHEN(0x20, PPM_RESOLVE_CACHED);
}

INLINE u32 prot_flags(u64 flags)
{
	return (flags & 0xf) | WHEN(0x01000000, PPM_PROT_GROWSDOWN) | WHEN(0x02000000, PPM_PROT_GROWSUP);
}

INLINE u32 mmap_flags(u64 flags)
{
	return (flags & 3) | WHEN(0x10, PPM_MAP_FIXED) | WHEN(0x20, PPM_MAP_ANONYMOUS) | WHEN(0x40, PPM_MAP_32BIT) |
	       WHEN(0x100, PPM_MAP_GROWSDOWN) | WHEN(0x800, PPM_MAP_DENYWRITE) | WHEN(0x1000, PPM_MAP_EXECUTABLE) |
	       WHEN(0x2000, PPM_MAP_LOCKED) | WHEN(0x4000, PPM_MAP_NORESERVE) | WHEN(0x8000, PPM_MAP_POPULATE) |
	       WHEN(0x10000, PPM_MAP_NONBLOCK);
}

INLINE u16 poll_flags(u64 flags)
{
	return (flags & 7) | WHEN(0x8, PPM_POLLERR) | WHEN(0x10, PPM_POLLHUP) | WHEN(0x20, PPM_POLLNVAL) |
	       WHEN(0x40, PPM_POLLRDNORM) | WHEN(0x80, PPM_POLLRDBAND) | WHEN(0x100, PPM_POLLWRNORM) |
	       WHEN(0x200, PPM_POLLWRBAND) | WHEN(0x2000, PPM_POLLRDHUP);
}

INLINE u8 fcntl_command(u32 command)
{
	switch (command) {
	case 0 ... 5:
		return command + 1; /* F_DUPFD to F_GETLK */
	case 6 ... 8:
		return command + 2; /* F_SETLK, F_SETLKW, F_SETOWN */
	case 9:
		return PPM_FCNTL_F_GETOWN;
	case 10:
		return PPM_FCNTL_F_SETSIG;
	case 11:
		return PPM_FCNTL_F_GETSIG;
	case 12 ... 14:
		return command + 5; /* the 64-bit locks of 32-bit tasks */
	case 15:
		return PPM_FCNTL_F_SETOWN_EX;
	case 16:
		return PPM_FCNTL_F_GETOWN_EX;
	case 36 ... 38:
		return command - 6; /* locks of open file descriptions */
	case 1024:
		return PPM_FCNTL_F_SETLEASE;
	case 1025:
		return PPM_FCNTL_F_GETLEASE;
	case 1026:
		return PPM_FCNTL_F_NOTIFY;
	case 1029:
		return PPM_FCNTL_F_CANCELLK;
	case 1030:
		return PPM_FCNTL_F_DUPFD_CLOEXEC;
	case 1031:
		return PPM_FCNTL_F_SETPIPE_SZ;
	case 1032:
		return PPM_FCNTL_F_GETPIPE_SZ;
	default:
		return PPM_FCNTL_UNKNOWN;
	}
}

INLINE u16 ptrace_request(u32 request)
{
	switch (request) {
	case 0 ... 9:
		return request + 1; /* PTRACE_TRACEME to PTRACE_SINGLESTEP */
	case 16:
		return PPM_PTRACE_ATTACH;
	case 17:
		return PPM_PTRACE_DETACH;
	case 24:
		return PPM_PTRACE_SYSCALL;
	case 0x4200 ... 0x420b:
		return request - 0x4200 + PPM_PTRACE_SETOPTIONS; /* PTRACE_SETOPTIONS to PTRACE_SETSIGMASK */
#if defined(__TARGET_ARCH_x86)
	case 12 ... 15:
		return request - 12 + PPM_PTRACE_GETREGS;
	case 18 ... 19:
		return request - 18 + PPM_PTRACE_GETFPXREGS;
	case 21:
		return PPM_PTRACE_OLDSETOPTIONS;
	case 25 ... 26:
		return request - 25 + PPM_PTRACE_GET_THREAD_AREA;
	case 30 ... 33:
		return request - 30 + PPM_PTRACE_ARCH_PRCTL; /* … SYSEMU, SYSEMU_SINGLESTEP, SINGLEBLOCK */
#endif
	default:
		return PPM_PTRACE_UNKNOWN;
	}
}

INLINE u8 sockopt_level(u32 level)
{
	return level == 1 ? PPM_SOCKOPT_LEVEL_SOL_SOCKET : level == 6 ? PPM_SOCKOPT_LEVEL_SOL_TCP : 0;
}

INLINE u8 sockopt_option(u32 level, u32 option)
{
	if (level != 1)
		return PPM_SOCKOPT_UNKNOWN;
	switch (option) {
	case 1 ... 50:
		return option; /* SO_DEBUG to SO_ATTACH_BPF */
	case 55:
		return PPM_SOCKOPT_SO_MEMINFO;
	case 57:
		return PPM_SOCKOPT_SO_COOKIE;
	case 59:
		return PPM_SOCKOPT_SO_PEERGROUPS;
	case 63:
		return PPM_SOCKOPT_SO_TIMESTAMP;
	case 64:
		return PPM_SOCKOPT_SO_TIMESTAMPNS;
	case 65:
		return PPM_SOCKOPT_SO_TIMESTAMPING;
	case 66:
		return PPM_SOCKOPT_SO_RCVTIMEO;
	case 67:
		return PPM_SOCKOPT_SO_SNDTIMEO;
	default:
		return PPM_SOCKOPT_UNKNOWN;
	}
}

INLINE u16 quota_command(u32 command)
{
	switch (command) {
	case 0x800001:
		return PPM_Q_SYNC;
	case 0x800002:
		return PPM_Q_QUOTAON;
	case 0x800003:
		return PPM_Q_QUOTAOFF;
	case 0x800004:
		return PPM_Q_GETFMT;
	case 0x800005:
		return PPM_Q_GETINFO;
	case 0x800006:
		return PPM_Q_SETINFO;
	case 0x800007:
		return PPM_Q_GETQUOTA;
	case 0x800008:
		return PPM_Q_SETQUOTA;
	case 0x5801 ... 0x5808:
		return PPM_Q_XQUOTAON << (command - 0x5801); /* … XQUOTAOFF to XGETQSTATV */
	default:
		return 0;
	}
}

INLINE u8 quota_format(u32 format)
{
	return format == 1 ? PPM_QFMT_VFS_OLD : format == 2 ? PPM_QFMT_VFS_V0 : format == 4 ? PPM_QFMT_VFS_V1 : 1;
}

INLINE u16 semaphore_flags(u64 flags)
{
	return WHEN(0x800, PPM_IPC_NOWAIT) | WHEN(0x1000, PPM_SEM_UNDO);
}

INLINE u16 semctl_command(u32 command)
{
	switch (command & ~0x100u) {
	case 0:
		return PPM_IPC_RMID;
	case 1:
		return PPM_IPC_SET;
	case 2:
		return PPM_IPC_STAT;
	case 3:
		return PPM_IPC_INFO;
	case 11:
		return PPM_GETPID;
	case 12:
		return PPM_GETVAL;
	case 13:
		return PPM_GETALL;
	case 14:
		return PPM_GETNCNT;
	case 15:
		return PPM_GETZCNT;
	case 16:
		return PPM_SETVAL;
	case 17:
		return PPM_SETALL;
	case 18:
		return PPM_SEM_STAT;
	case 19:
		return PPM_SEM_INFO;
	default:
		return 0;
	}
}

INLINE u32 ring_setup_flags(u64 flags)
{
	return (flags & 3) | WHEN(0x4, PPM_IORING_SETUP_SQ_AFF) | WHEN(0x8, PPM_IORING_SETUP_CQSIZE) |
	       WHEN(0x10, PPM_IORING_SETUP_CLAMP) | WHEN(0x20, PPM_IORING_SETUP_ATTACH_WQ) |
	       WHEN(0x40, PPM_IORING_SETUP_R_DISABLED);
}

INLINE u32 page_fault_flags(u64 flags)
{
	return (flags & 1 ? PPM_PF_PROTECTION_VIOLATION : PPM_PF_PAGE_NOT_PRESENT) |
	       (flags & 2 ? PPM_PF_WRITE_ACCESS : PPM_PF_READ_ACCESS) |
	       (flags & 4 ? PPM_PF_USER_FAULT : PPM_PF_SUPERVISOR_FAULT) | WHEN(8, PPM_PF_RESERVED_PAGE) |
	       WHEN(16, PPM_PF_INSTRUCTION_FETCH);
}

INLINE u8 rlimit_resource(u32 resource)
{
	return resource < 16 ? resource : PPM_RLIMIT_UNKNOWN;
}

/* A device number as user space knows it, from its parts. */
INLINE u32 encode_device(u32 major, u32 minor)
{
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

/* A device number as user space knows it, from the kernel's. */
INLINE u32 user_device(u32 device)
{
	return encode_device(device >> 20, device & 0xfffff);
}

#endif
