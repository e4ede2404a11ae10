/* Signals: sending them. */
#ifndef EVENTS_SIGNAL_H
#define EVENTS_SIGNAL_H

#include "../call.h"

CALL(kill, SYSCALL_KILL_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_u8(e, arg(c, 1));
}

CALL(tkill, SYSCALL_TKILL_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_u8(e, arg(c, 1));
}

CALL(tgkill, SYSCALL_TGKILL_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_s64(e, (s32)arg(c, 1));
	put_u8(e, arg(c, 2));
}

#endif
