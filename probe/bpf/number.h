/* Which call a thread makes: its number, whatever the convention. */
#ifndef NUMBER_H
#define NUMBER_H

#include "kernel_types.h"
#include "maps.h"

/* Whether the current thread is serving a 32-bit call. */
INLINE bool is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return LOAD(task, thread_info.status) & 2;
#else
	return LOAD(task, thread_info.flags) & (1UL << 22);
#endif
}

#ifdef PORTABLE
#define REGISTER(regs, field) READ(regs, field)
#else
#define REGISTER(regs, field) ((regs)->field)
#endif

/* The number that the thread came in with, in the convention of the call. */
INLINE u64 native_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return REGISTER(regs, orig_ax);
#else
	return REGISTER(regs, syscallno);
#endif
}

/* The result that the thread will find. */
INLINE s64 result_register(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return REGISTER(regs, ax);
#else
	return REGISTER(regs, regs[0]);
#endif
}

#define SOCKETCALL 102
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

#endif
