/* User and group ids. */
#ifndef EVENTS_IDS_H
#define EVENTS_IDS_H

#include "../call.h"

/* The result is the id itself. */
#define GET_ID(name, type)                                                                                             \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_u32(e, c->ret);                                                                                    \
	}
GET_ID(getuid, SYSCALL_GETUID_X)
GET_ID(geteuid, SYSCALL_GETEUID_X)
GET_ID(getgid, SYSCALL_GETGID_X)
GET_ID(getegid, SYSCALL_GETEGID_X)

#if defined(__TARGET_ARCH_x86)
/* 32-bit calls of old programs, whose ids have 16 bits: setregid, setgid, setuid, setreuid, setresuid, setresgid. */
INLINE bool narrow_ids(struct call *c)
{
	u64 n;

	if (!c->compat)
		return false;
	n = native_number(c->regs);
	return n == 23 || n == 46 || n == 70 || n == 71 || n == 164 || n == 170;
}
#else
INLINE bool narrow_ids(struct call *c)
{
	return false;
}
#endif

/* An id argument; "unchanged" keeps its meaning when it is widened. */
INLINE u32 id_arg(struct call *c, int n)
{
	u32 id = arg(c, n);

	return narrow_ids(c) ? ((id & 0xffff) == 0xffff ? (u32)-1 : id & 0xffff) : id;
}

#define SET_ID(name, type)                                                                                             \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_u32(e, id_arg(c, 0));                                                                              \
	}
SET_ID(setuid, SYSCALL_SETUID_X)
SET_ID(setgid, SYSCALL_SETGID_X)

#define SET_TWO_IDS(name, type)                                                                                        \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_u32(e, id_arg(c, 0));                                                                              \
		put_u32(e, id_arg(c, 1));                                                                              \
	}
SET_TWO_IDS(setreuid, SYSCALL_SETREUID_X)
SET_TWO_IDS(setregid, SYSCALL_SETREGID_X)

#define SET_THREE_IDS(name, type)                                                                                      \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_u32(e, id_arg(c, 0));                                                                              \
		put_u32(e, id_arg(c, 1));                                                                              \
		put_u32(e, id_arg(c, 2));                                                                              \
	}
SET_THREE_IDS(setresuid, SYSCALL_SETRESUID_X)
SET_THREE_IDS(setresgid, SYSCALL_SETRESGID_X)

#define GET_THREE_IDS(name, type)                                                                                      \
	CALL(name, type)                                                                                               \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_u32(e, READ_USER(u32, arg(c, 0)));                                                                 \
		put_u32(e, READ_USER(u32, arg(c, 1)));                                                                 \
		put_u32(e, READ_USER(u32, arg(c, 2)));                                                                 \
	}
GET_THREE_IDS(getresuid, SYSCALL_GETRESUID_X)
GET_THREE_IDS(getresgid, SYSCALL_GETRESGID_X)

#endif
