/* Opening files, and calls that act on descriptors. */
#ifndef EVENTS_FILE_H
#define EVENTS_FILE_H

#include "../read_file.h"

/* What the file itself adds to the flags of an open event. */
INLINE u32 facts_flags(struct file_facts *facts)
{
	u32 flags = facts->created ? PPM_O_F_CREATED : 0;

	if (facts->layer == LAYER_UPPER)
		flags |= PPM_FD_UPPER_LAYER;
	if (facts->layer == LAYER_LOWER)
		flags |= PPM_FD_LOWER_LAYER;
	return flags;
}

INLINE void put_device_and_inode(struct event *e, struct file_facts *facts)
{
	put_u32(e, facts->device);
	put_u64(e, facts->inode);
}

INLINE u16 creation_flags(struct file_facts *facts)
{
	return facts->layer == LAYER_UPPER ? PPM_FD_UPPER_LAYER_CREAT :
	       facts->layer == LAYER_LOWER ? PPM_FD_LOWER_LAYER_CREAT :
					     0;
}

/* Whether the hook on the start of the call sees calls of its convention. */
INLINE bool start_seen(struct call *c)
{
#if defined(FEXIT)
	return true;
#else
	return !c->compat;
#endif
}

/*
 * Completes and sends the event that the start of the call has left in the thread's slot, with arguments that nobody can
 * have changed since; see events/enter.h. False when there is none.
 */
INLINE bool finish_opening(struct call *c, u32 type, u32 params)
{
	u64 tid = (u32)LOAD(c->task, pid);
	struct slot *slot = slot_of(tid);
	struct event *e = &c->event;
	struct file_facts facts;
	bool described;

	if (!slot || slot->owner != tid)
		return false;
	/* The start of another call, whose end was not seen, or a 32-bit call, whose start may not be. */
	described = slot->type == type && start_seen(c);
	if (described && call_wanted(c) && event_open(e, LOSS_OPEN)) {
		facts = quick_facts_of(c->task, c->ret);
		e->data = slot->data;
		e->mask = SLOT_LIMIT - 1;
		e->len = slot->len;
		e->index = slot->index;
		event_stamp(e);
		*(s64 *)&e->data[LENGTHS + 2 * params] = c->ret;
		if (slot->flags_at)
			*(u32 *)&e->data[slot->flags_at & (SLOT_LIMIT - 1)] |= facts_flags(&facts);
		put_device_and_inode(e, &facts);
		if (type == EVT_SYSCALL_CREAT_X)
			put_u16(e, creation_flags(&facts));
		event_send(e);
	}
	slot->owner = 0;
	return described;
}

/* The program of a call that opens a file; the body is for calls whose start was not seen. */
#define OPENING(name, type)                                                                                            \
	DEFINE_CALL_UNLESS(finish_opening(&c, EVT_##type, EVT_##type##_NPARAMS), name, type, LOSS_OPEN, false)

OPENING(openat, SYSCALL_OPENAT_2_X)
{
	struct file_facts facts = facts_of(c->task, c->ret);
	u64 flags = arg(c, 2);

	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, open_flags(flags) | facts_flags(&facts));
	put_u32(e, open_mode(flags, arg(c, 3)));
	put_device_and_inode(e, &facts);
}

OPENING(openat2, SYSCALL_OPENAT2_X)
{
	struct file_facts facts = facts_of(c->task, c->ret);
	struct user_open_how how = READ_USER(struct user_open_how, arg(c, 2));

	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, open_flags(how.flags) | facts_flags(&facts));
	put_u32(e, open_mode(how.flags, how.mode));
	put_u32(e, resolve_flags(how.resolve));
	put_device_and_inode(e, &facts);
}

#if defined(__TARGET_ARCH_x86)
OPENING(open, SYSCALL_OPEN_X)
{
	struct file_facts facts = facts_of(c->task, c->ret);
	u64 flags = arg(c, 1);

	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, open_flags(flags) | facts_flags(&facts));
	put_u32(e, open_mode(flags, arg(c, 2)));
	put_device_and_inode(e, &facts);
}

OPENING(creat, SYSCALL_CREAT_X)
{
	struct file_facts facts = facts_of(c->task, c->ret);

	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 07777);
	put_device_and_inode(e, &facts);
	put_u16(e, creation_flags(&facts));
}
#endif

CALL_OF_KIND(open_by_handle_at, SYSCALL_OPEN_BY_HANDLE_AT_X, LOSS_OPEN)
{
	struct file_facts facts = facts_of(c->task, c->ret);
	struct file *file = c->ret >= 0 ? file_of(c->task, c->ret) : NULL;

	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_u32(e, open_flags(arg(c, 2)) | facts_flags(&facts));
	put_text(e, file ? path_of((u64)file) : 0);
	put_device_and_inode(e, &facts);
}

CALL_FD(close, SYSCALL_CLOSE_X, LOSS_CLOSE)

CALL_OF_KIND(close_range, SYSCALL_CLOSE_RANGE_X, LOSS_CLOSE)
{
	u64 flags = arg(c, 2);

	put_s64(e, c->ret);
	put_u32(e, arg(c, 0));
	put_u32(e, arg(c, 1));
	put_u32(e, WHEN(2, PPM_CLOSE_RANGE_UNSHARE) | WHEN(4, PPM_CLOSE_RANGE_CLOEXEC));
}

CALL_FD(dup, SYSCALL_DUP_1_X, LOSS_OTHER)

#if defined(__TARGET_ARCH_x86)
CALL(dup2, SYSCALL_DUP2_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_fd(e, arg(c, 1));
}
#endif

CALL(dup3, SYSCALL_DUP3_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_fd(e, arg(c, 1));
	put_u32(e, descriptor_flags(arg(c, 2)));
}

CALL(fcntl, SYSCALL_FCNTL_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u8(e, fcntl_command(arg(c, 1)));
	put_u64(e, arg(c, 2));
}

CALL(flock, SYSCALL_FLOCK_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 0xf);
}

CALL(ioctl, SYSCALL_IOCTL_3_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u64(e, arg(c, 1));
	put_u64(e, arg(c, 2));
}

CALL(lseek, SYSCALL_LSEEK_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
#if defined(__TARGET_ARCH_x86)
	if (c->compat && native_number(c->regs) == 140) {
		/* _llseek: the offset in two halves, then where the result goes. */
		put_u64(e, (arg(c, 1) << 32) | (u32)arg(c, 2));
		put_u8(e, arg(c, 4));
		return;
	}
#endif
	put_u64(e, signed_arg(c, 1));
	put_u8(e, arg(c, 2));
}

CALL_FD(fchdir, SYSCALL_FCHDIR_X, LOSS_FILE)
CALL_FD(fstat, SYSCALL_FSTAT_X, LOSS_FILE)
CALL_FD(getdents64, SYSCALL_GETDENTS64_X, LOSS_FILE)

CALL_OF_KIND(fchmod, SYSCALL_FCHMOD_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 07777);
}

CALL_OF_KIND(fchown, SYSCALL_FCHOWN_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 1));
	put_u32(e, arg(c, 2));
}

/* Descriptors that a call made, two ints in user memory; -1 when they cannot be read. */
INLINE void put_two_fds(struct event *e, u64 address)
{
	s32 fds[2];

	if (bpf_probe_read_user(fds, sizeof(fds), (void *)address))
		fds[0] = fds[1] = -1;
	put_s64(e, fds[0]);
	put_s64(e, fds[1]);
}

#if defined(__TARGET_ARCH_x86)
CALL(pipe, SYSCALL_PIPE_X)
{
	put_s64(e, c->ret);
	put_two_fds(e, arg(c, 0));
	put_u64(e, facts_of(c->task, c->ret == 0 ? READ_USER(s32, arg(c, 0)) : -1).inode);
}
#endif

CALL(pipe2, SYSCALL_PIPE2_X)
{
	put_s64(e, c->ret);
	put_two_fds(e, arg(c, 0));
	put_u64(e, facts_of(c->task, c->ret == 0 ? READ_USER(s32, arg(c, 0)) : -1).inode);
	put_u32(e, descriptor_flags(arg(c, 1)));
}

CALL(memfd_create, SYSCALL_MEMFD_CREATE_X)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 7);
}

CALL(pidfd_open, SYSCALL_PIDFD_OPEN_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_u32(e, arg(c, 1) & 04000 ? PPM_PIDFD_NONBLOCK : 0);
}

CALL(pidfd_getfd, SYSCALL_PIDFD_GETFD_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_fd(e, arg(c, 1));
	put_u32(e, arg(c, 2));
}

CALL(epoll_create1, SYSCALL_EPOLL_CREATE1_X)
{
	put_s64(e, c->ret);
	put_u32(e, arg(c, 0) & 02000000 ? PPM_EPOLL_CLOEXEC : 0);
}

CALL(inotify_init1, SYSCALL_INOTIFY_INIT1_X)
{
	put_s64(e, c->ret);
	put_u16(e, descriptor_flags(arg(c, 0)));
}

CALL(eventfd2, SYSCALL_EVENTFD2_X)
{
	put_s64(e, c->ret);
	put_u16(e, descriptor_flags(arg(c, 1)));
	put_u64(e, (u32)arg(c, 0));
}

CALL(signalfd4, SYSCALL_SIGNALFD4_X)
{
	put_s64(e, c->ret);
	put_u16(e, descriptor_flags(arg(c, 3)));
	put_fd(e, arg(c, 0));
	put_u32(e, 0);
}

CALL(timerfd_create, SYSCALL_TIMERFD_CREATE_X)
{
	put_s64(e, c->ret);
	put_u8(e, arg(c, 0));
	put_u8(e, descriptor_flags(arg(c, 1)));
}

CALL(userfaultfd, SYSCALL_USERFAULTFD_X)
{
	put_s64(e, c->ret);
	put_u32(e, descriptor_flags(arg(c, 0)));
}

#if defined(__TARGET_ARCH_x86)
CALL_FD(getdents, SYSCALL_GETDENTS_X, LOSS_FILE)

CALL(epoll_create, SYSCALL_EPOLL_CREATE_X)
{
	put_s64(e, c->ret);
	put_s32(e, arg(c, 0));
}

CALL(inotify_init, SYSCALL_INOTIFY_INIT_X)
{
	put_s64(e, c->ret);
	put_u8(e, 0);
}

CALL(eventfd, SYSCALL_EVENTFD_X)
{
	put_s64(e, c->ret);
	put_u64(e, (u32)arg(c, 0));
	put_u32(e, 0);
}

CALL(signalfd, SYSCALL_SIGNALFD_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, 0);
	put_u8(e, 0);
}
#endif

#endif
