/*
 * Starts of calls that open files and connect: the arguments before the kernel uses them, so that a program cannot hide
 * the real ones by overwriting them before the call ends.
 */
#ifndef EVENTS_ENTER_H
#define EVENTS_ENTER_H

#include "../read_socket.h"

/* What tracepoints of the start of a call hand over. */
struct enter {
	u64 common;
	s64 number;
	u64 args[6];
};

#define ENTER(name, type, kind)                                                                                        \
	INLINE void fill_enter_##name(struct enter *in, struct event *e);                                              \
	SECTION("tracepoint/syscalls/sys_enter_" #name) int enter_##name(struct enter *in)                             \
	{                                                                                                              \
		u32 zero = 0;                                                                                          \
		struct control *settings = bpf_map_lookup_elem(&control, &zero);                                       \
		struct event event, *e = &event;                                                                       \
		if (!settings || bpf_get_current_pid_tgid() >> 32 == settings->own_process)                            \
			return 0;                                                                                      \
		if (!event_begin_for(e, EVT_##type, EVT_##type##_NPARAMS, current_tid(), kind))                        \
			return 0;                                                                                      \
		fill_enter_##name(in, e);                                                                              \
		event_send(e);                                                                                         \
		return 0;                                                                                              \
	}                                                                                                              \
	INLINE void fill_enter_##name(struct enter *in, struct event *e)

ENTER(openat, SYSCALL_OPENAT_2_E, LOSS_OPEN_ENTER)
{
	put_dirfd(e, in->args[0]);
	put_path(e, in->args[1]);
	put_u32(e, open_flags(in->args[2]));
	put_u32(e, open_mode(in->args[2], in->args[3]));
}

ENTER(openat2, SYSCALL_OPENAT2_E, LOSS_OPEN_ENTER)
{
	struct user_open_how how = READ_USER(struct user_open_how, in->args[2]);

	put_dirfd(e, in->args[0]);
	put_path(e, in->args[1]);
	put_u32(e, open_flags(how.flags));
	put_u32(e, open_mode(how.flags, how.mode));
	put_u32(e, resolve_flags(how.resolve));
}

#if defined(__TARGET_ARCH_x86)
ENTER(open, SYSCALL_OPEN_E, LOSS_OPEN_ENTER)
{
	put_path(e, in->args[0]);
	put_u32(e, open_flags(in->args[1]));
	put_u32(e, open_mode(in->args[1], in->args[2]));
}

ENTER(creat, SYSCALL_CREAT_E, LOSS_OPEN_ENTER)
{
	put_path(e, in->args[0]);
	put_u32(e, in->args[1] & 07777);
}
#endif

ENTER(connect, SOCKET_CONNECT_E, LOSS_CONNECT_ENTER)
{
	put_fd(e, in->args[0]);
	put_address(e, in->args[1], (u32)in->args[2]);
}

#endif
