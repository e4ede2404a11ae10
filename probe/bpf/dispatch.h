/* The hook on the end of every system call: finds the program of the call. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "call.h"

#define X32_BIT 0x40000000

#if defined(__TARGET_ARCH_x86)

/* Operations of socketcall, as 64-bit numbers; 0 where there is none. */
INLINE u32 socketcall_number(u64 operation)
{
	switch (operation) {
	case 1:
		return 41; /* socket */
	case 2:
		return 49; /* bind */
	case 3:
		return 42; /* connect */
	case 4:
		return 50; /* listen */
	case 5:
		return 43; /* accept */
	case 6:
		return 51; /* getsockname */
	case 7:
		return 52; /* getpeername */
	case 8:
		return 53; /* socketpair */
	case 9:
	case 11:
		return 44; /* send, sendto */
	case 10:
	case 12:
		return 45; /* recv, recvfrom */
	case 13:
		return 48; /* shutdown */
	case 14:
		return 54; /* setsockopt */
	case 15:
		return 55; /* getsockopt */
	case 16:
		return 46; /* sendmsg */
	case 17:
		return 47; /* recvmsg */
	case 18:
		return 288; /* accept4 */
	case 19:
		return 299; /* recvmmsg */
	case 20:
		return 307; /* sendmmsg */
	default:
		return CALL_NUMBERS;
	}
}

/* The 64-bit number of a call made in another convention; CALL_NUMBERS when it has none. */
INLINE u32 foreign_number(u64 number, u64 first_argument, bool compat, s64 ret)
{
	u32 *native, index = number;

	if (compat) {
		/*
		 * After a 64-bit program executed a 32-bit one, the thread is 32-bit and the number is still that of the 64-bit
		 * execveat, whose success is reported elsewhere; the new program starts with empty registers. The other such
		 * number, of execve, means nothing in 32 bits.
		 */
		if (number == 322 && ret == 0 && first_argument == 0)
			return CALL_NUMBERS;
		if (number == SOCKETCALL)
			return socketcall_number((u32)first_argument);
		if (number >= FOREIGN_X32)
			return CALL_NUMBERS;
	} else {
		if (!(number & X32_BIT))
			return CALL_NUMBERS;
		index = number & ~X32_BIT;
		if (index < 512)
			return index;
		index = index - 512 + FOREIGN_X32;
	}
	native = bpf_map_lookup_elem(&foreign_calls, &index);
	return native ? *native : CALL_NUMBERS;
}

#endif

/* The 64-bit number of the call that the current thread has made. */
INLINE u32 call_number(struct pt_regs *regs, struct task_struct *task, s64 ret)
{
	u64 number = native_number(regs);

#if defined(__TARGET_ARCH_x86)
	bool compat = is_compat(task);

	if (unlikely(compat || number >= CALL_NUMBERS))
		return foreign_number(number, compat ? REGISTER(regs, bx) : 0, compat, ret);
	return number;
#else
	/* 32-bit tasks of this architecture are not supported. */
	return is_compat(task) ? CALL_NUMBERS : number;
#endif
}

#ifndef NATIVE
ON_SYSCALL_EXIT int dispatch(void *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)((u64 *)ctx)[0];

	bpf_tail_call(ctx, &calls, call_number(regs, current_task(), ((u64 *)ctx)[1]));
	return 0;
}
#endif

/* Every call without a program of its own. */
ON_SYSCALL_EXIT int sys_generic(void *ctx)
{
	struct call c = {};
	struct call_info *info;
	u32 number;

	call_begin(&c, ctx, false);
	number = call_number(c.regs, c.task, c.ret);
	info = bpf_map_lookup_elem(&call_infos, &number);
	if (!info || !call_event(&c, EVT_GENERIC_X, EVT_GENERIC_X_NPARAMS, LOSS_OTHER))
		return 0;
	put_u16(&c.event, info->code);
	put_u16(&c.event, number);
	event_send(&c.event);
	return 0;
}

#endif
