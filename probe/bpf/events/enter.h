/*
 * Starts of calls that open files and connect: the arguments before the kernel uses them, so that a program cannot hide
 * the real ones by overwriting them before the call ends.
 */
#ifndef EVENTS_ENTER_H
#define EVENTS_ENTER_H

#include "../read_socket.h"

#if defined(FEXIT)
/* The start of a call, of 32-bit calls too. */
struct enter {
	struct call call;
};

INLINE u64 enter_arg(struct enter *in, int n)
{
	return net_arg(&in->call, n);
}

/* False when the call is that of another program. */
INLINE bool enter_begin(struct enter *in, u32 type, bool network)
{
	struct call *c = &in->call;

	c->task = current_task();
	c->regs = bpf_task_pt_regs(c->task);
	c->compat = is_compat(c->task);
	if (network)
		unpack_arguments(c);
	return is_call_of(c, type);
}

/* Makes `in` of what the hook hands over; ends the program when the call is that of another. */
#define ENTER_BEGIN(in, ctx, type, network)                                                                            \
	struct enter enter_ = {}, *in = &enter_;                                                                       \
	if (!enter_begin(in, type, network))                                                                           \
	return 0
#else
/* What tracepoints of the start of a call hand over. */
struct enter {
	u64 common;
	s64 number;
	u64 args[6];
};

INLINE u64 enter_arg(struct enter *in, int n)
{
	return in->args[n];
}

#define ENTER_BEGIN(in, ctx, type, network) struct enter *in = ctx
#endif

typedef bool (*describe_start)(struct enter *in, struct event *e);

INLINE int report_start(struct enter *in, u32 type, u32 params, u32 kind, describe_start describe)
{
	struct event event, *e = &event;

	if (is_own() || !event_begin_for(e, type, params, current_tid(), kind))
		return 0;
	describe(in, e);
	event_send(e);
	return 0;
}

/*
 * Describes a call in the slot of its thread, for its end to complete; see events/file.h. `flags` is how far before the
 * end of the description the file's flags stand. False when the slot is taken by another thread's call, or by one whose
 * end was not seen.
 */
INLINE bool describe_in_slot(struct enter *in, u32 type, u32 params, u32 flags, describe_start describe)
{
	u64 owner, tid = current_tid();
	struct slot *slot = slot_of(tid);
	struct event event = {}, *e = &event;
	u32 cpu = bpf_get_smp_processor_id();

	if (!slot)
		return false;
	owner = __sync_val_compare_and_swap(&slot->owner, 0, tid);
	if (owner && owner != tid)
		return false;
	/* Of these only the count of truncated values is touched. */
	e->counters = bpf_map_lookup_elem(&counters, &cpu);
	e->data = slot->data;
	e->mask = SLOT_LIMIT - 1;
	slot->type = 0;
	if (!e->counters)
		return false;
	event_head(e, type, params, tid);
	put_s64(e, 0); /* the result */
	/* A name that is not in memory yet will be when the call ends. */
	if (!describe(in, e))
		return true;
	slot->type = type;
	slot->flags_at = flags ? e->len - flags : 0;
	slot->len = e->len;
	slot->index = e->index;
	return true;
}

/* The start of a call that opens a file. Without a slot the start is reported by itself, with parameters of its own. */
#define OPENING_STARTS(name, end, start, flags)                                                                        \
	ON_SYSCALL_ENTER(#name) int enter_##name(void *ctx)                                                            \
	{                                                                                                              \
		ENTER_BEGIN(in, ctx, EVT_##end, false);                                                                \
		if (is_own() || describe_in_slot(in, EVT_##end, EVT_##end##_NPARAMS, flags, start_##name))           \
			return 0;                                                                                      \
		return report_start(in, EVT_##start, EVT_##start##_NPARAMS, LOSS_OPEN_ENTER, start_##name);            \
	}                                                                                                              \
	/* For kernels that cannot take a slot for one thread (before 5.12). */                                        \
	ON_SYSCALL_ENTER(#name) int report_##name(void *ctx)                                                           \
	{                                                                                                              \
		ENTER_BEGIN(in, ctx, EVT_##end, false);                                                                \
		return report_start(in, EVT_##start, EVT_##start##_NPARAMS, LOSS_OPEN_ENTER, start_##name);            \
	}

INLINE bool start_openat(struct enter *in, struct event *e)
{
	bool known;

	put_dirfd(e, enter_arg(in, 0));
	known = put_path(e, enter_arg(in, 1));
	put_u32(e, open_flags(enter_arg(in, 2)));
	put_u32(e, open_mode(enter_arg(in, 2), enter_arg(in, 3)));
	return known;
}
OPENING_STARTS(openat, SYSCALL_OPENAT_2_X, SYSCALL_OPENAT_2_E, 8)

INLINE bool start_openat2(struct enter *in, struct event *e)
{
	struct user_open_how how;
	bool known;

	known = !bpf_probe_read_user(&how, sizeof(how), (void *)enter_arg(in, 2));
	if (!known)
		__builtin_memset(&how, 0, sizeof(how));
	put_dirfd(e, enter_arg(in, 0));
	known = put_path(e, enter_arg(in, 1)) && known;
	put_u32(e, open_flags(how.flags));
	put_u32(e, open_mode(how.flags, how.mode));
	put_u32(e, resolve_flags(how.resolve));
	return known;
}
OPENING_STARTS(openat2, SYSCALL_OPENAT2_X, SYSCALL_OPENAT2_E, 12)

#if defined(__TARGET_ARCH_x86)
INLINE bool start_open(struct enter *in, struct event *e)
{
	bool known = put_path(e, enter_arg(in, 0));

	put_u32(e, open_flags(enter_arg(in, 1)));
	put_u32(e, open_mode(enter_arg(in, 1), enter_arg(in, 2)));
	return known;
}
OPENING_STARTS(open, SYSCALL_OPEN_X, SYSCALL_OPEN_E, 8)

INLINE bool start_creat(struct enter *in, struct event *e)
{
	bool known = put_path(e, enter_arg(in, 0));

	put_u32(e, enter_arg(in, 1) & 07777);
	return known;
}
OPENING_STARTS(creat, SYSCALL_CREAT_X, SYSCALL_CREAT_E, 0)
#endif

INLINE bool start_connect(struct enter *in, struct event *e)
{
	put_fd(e, enter_arg(in, 0));
	put_address(e, enter_arg(in, 1), (u32)enter_arg(in, 2));
	return true;
}
ON_SYSCALL_ENTER("connect") int enter_connect(void *ctx)
{
	ENTER_BEGIN(in, ctx, EVT_SOCKET_CONNECT_X, true);
	return report_start(in, EVT_SOCKET_CONNECT_E, EVT_SOCKET_CONNECT_E_NPARAMS, LOSS_CONNECT_ENTER, start_connect);
}

#endif
