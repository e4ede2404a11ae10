/* A finished system call: its arguments, result and calling convention; and the frame of every call's program. */
#ifndef CALL_H
#define CALL_H

#include "event.h"
#include "flags.h"
#include "number.h"

/* What openat2 gets, in the layout of user space. */
struct user_open_how {
	u64 flags, mode, resolve;
};

struct call {
	struct pt_regs *regs;
	struct task_struct *task;
	long ret;
	/* A 32-bit call, whatever the program is. */
	bool compat;
	/* Arguments of a network call that came through socketcall. */
	bool packed;
	u64 packed_args[6];
	struct event event;
};

/* Argument `n`, a constant. */
INLINE u64 arg(struct call *c, int n)
{
	struct pt_regs *regs = c->regs;

#if defined(__TARGET_ARCH_x86)
	switch (n) {
	case 0:
		return c->compat ? (u32)REGISTER(regs, bx) : REGISTER(regs, di);
	case 1:
		return c->compat ? (u32)REGISTER(regs, cx) : REGISTER(regs, si);
	case 2:
		return c->compat ? (u32)REGISTER(regs, dx) : REGISTER(regs, dx);
	case 3:
		return c->compat ? (u32)REGISTER(regs, si) : REGISTER(regs, r10);
	case 4:
		return c->compat ? (u32)REGISTER(regs, di) : REGISTER(regs, r8);
	default:
		return c->compat ? (u32)REGISTER(regs, bp) : REGISTER(regs, r9);
	}
#else
	switch (n) {
	case 0:
		return REGISTER(regs, orig_x0);
	case 1:
		return REGISTER(regs, regs[1]);
	case 2:
		return REGISTER(regs, regs[2]);
	case 3:
		return REGISTER(regs, regs[3]);
	case 4:
		return REGISTER(regs, regs[4]);
	default:
		return REGISTER(regs, regs[5]);
	}
#endif
}

/* An argument that is a signed number of the machine word: 32-bit calls give 32 bits. */
INLINE s64 signed_arg(struct call *c, int n)
{
	return c->compat ? (s64)(s32)arg(c, n) : (s64)arg(c, n);
}

/* Argument `n` of a network call, which may have come through socketcall. */
INLINE u64 net_arg(struct call *c, int n)
{
	return c->packed ? c->packed_args[n] : arg(c, n);
}

/* A pointer-sized value in user memory of the call. */
INLINE u64 user_word(struct call *c, u64 address)
{
	return c->compat ? READ_USER(u32, address) : READ_USER(u64, address);
}

/* Element `i` of an array of machine words in user memory. */
INLINE u64 user_word_at(struct call *c, u64 address, u64 i)
{
	return user_word(c, address + i * (c->compat ? 4 : 8));
}

/* The thread's registers when it came into the kernel. */
INLINE struct pt_regs *entry_registers(void *ctx, struct task_struct *task)
{
#if defined(NATIVE) || defined(FEXIT)
	return bpf_task_pt_regs(task);
#else
	return (struct pt_regs *)((u64 *)ctx)[0];
#endif
}

/* What the call returns to the program. */
INLINE s64 call_result(void *ctx, struct pt_regs *regs)
{
#if defined(NATIVE)
	struct {
		u64 common;
		s64 number, ret;
	} *exit = ctx;

	return exit->ret;
#elif defined(FEXIT)
	struct scratch *scratch;
	u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	/* After on_refusal() that is the result of another function. */
	if (unlikely((s32)ret == -1)) {
		scratch = own_scratch();
		if (scratch && scratch->refused) {
			scratch->refused = false;
			ret = result_register(regs);
			/* Two loads, because the verifier refuses one from either of two kinds of memory. */
			OPAQUE(ret);
		}
	}
	return ret;
#else
	return ((u64 *)ctx)[1];
#endif
}

/* The arguments that socketcall was given in memory. */
INLINE void unpack_arguments(struct call *c)
{
#if defined(__TARGET_ARCH_x86)
	if (c->compat && native_number(c->regs) == SOCKETCALL) {
		u32 words[6] = {};

		/* Calls with fewer arguments than six may end at the border of readable memory. */
		if (bpf_probe_read_user(words, sizeof(words), (void *)arg(c, 1)))
			bpf_probe_read_user(words, 3 * sizeof(u32), (void *)arg(c, 1));
		for (int i = 0; i < 6; i++)
			c->packed_args[i] = words[i];
		c->packed = true;
	}
#endif
}

/*
 * Whether the program, whose events are of this type, is that of the call. The programs of all calls that socketcall
 * stands for are on the one function that it has.
 */
INLINE bool is_call_of(struct call *c, u32 type)
{
#if defined(FEXIT) && defined(__TARGET_ARCH_x86)
	if (unlikely(c->packed)) {
		u32 number = socketcall_number((u32)arg(c, 0));
		struct call_info *info = bpf_map_lookup_elem(&call_infos, &number);

		return info && info->event == type;
	}
#endif
	return true;
}

/* What a program gets from the hook. False when the call is that of another program. */
INLINE bool call_begin(struct call *c, void *ctx, u32 type, bool network)
{
	c->task = current_task();
	c->regs = entry_registers(ctx, c->task);
	c->ret = call_result(ctx, c->regs);
	c->compat = is_compat(c->task);
	c->packed = false;
	if (network)
		unpack_arguments(c);
	if (c->compat) {
		/* Errors are negative in 32 bits; anything else may be an address. */
		c->ret = (s32)c->ret;
		if (c->ret < -4095)
			c->ret = (u32)c->ret;
	}
	return is_call_of(c, type);
}

/* Whether the call is to be reported. */
INLINE bool call_wanted(struct call *c)
{
	u32 zero = 0;
	struct control *settings = bpf_map_lookup_elem(&control, &zero);

	if (!settings)
		return false;
	if ((u32)LOAD(c->task, tgid) == settings->own_process)
		return false;
	return !(settings->drop_failed && c->ret < 0);
}

/* Starts the exit event of a call. False when nothing is to be sent. */
INLINE bool call_event(struct call *c, u32 type, u32 params, u32 kind)
{
	return call_wanted(c) && event_begin_for(&c->event, type, params, (u32)LOAD(c->task, pid), kind);
}

/*
 * The program of a system call. The body that follows appends the parameters of the event to `e`; `return` in it ends
 * the event. There is none when `skip`, an expression with the call `c`, is true.
 */
#define DEFINE_CALL_UNLESS(skip, name, type, kind, network)                                                            \
	INLINE void fill_##name(struct call *c, struct event *e);                                                      \
	ON_SYSCALL_EXIT int sys_##name(void *ctx)                                                                      \
	{                                                                                                              \
		struct call c = {};                                                                                    \
		if (call_begin(&c, ctx, EVT_##type, network) && !(skip) &&                                             \
		    call_event(&c, EVT_##type, EVT_##type##_NPARAMS, kind)) {                                          \
			fill_##name(&c, &c.event);                                                                     \
			event_send(&c.event);                                                                          \
		}                                                                                                      \
		return 0;                                                                                              \
	}                                                                                                              \
	INLINE void fill_##name(struct call *c, struct event *e)

#define DEFINE_CALL(name, type, kind, network) DEFINE_CALL_UNLESS(false, name, type, kind, network)
#define CALL(name, type) DEFINE_CALL(name, type, LOSS_OTHER, false)
#define CALL_OF_KIND(name, type, kind) DEFINE_CALL(name, type, kind, false)
#define NETWORK_CALL(name, type) DEFINE_CALL(name, type, LOSS_OTHER, true)
#define NETWORK_CALL_OF_KIND(name, type, kind) DEFINE_CALL(name, type, kind, true)

/* Calls whose parameters are the result alone, or with the same few shapes of arguments. */
#define CALL_RESULT(name, type)                                                                                        \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
	}
#define CALL_PATH(name, type, kind)                                                                                    \
	CALL_OF_KIND(name, type, kind)                                                                                 \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_path(e, arg(c, 0));                                                                                \
	}
#define CALL_TWO_PATHS(name, type)                                                                                     \
	CALL_OF_KIND(name, type, LOSS_FILE)                                                                            \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_path(e, arg(c, 0));                                                                                \
		put_path(e, arg(c, 1));                                                                                \
	}
#define CALL_FD(name, type, kind)                                                                                      \
	CALL_OF_KIND(name, type, kind)                                                                                 \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_fd(e, arg(c, 0));                                                                                  \
	}

#endif
