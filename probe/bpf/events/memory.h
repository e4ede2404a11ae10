/* Memory of the process. */
#ifndef EVENTS_MEMORY_H
#define EVENTS_MEMORY_H

#include "../read_task.h"

CALL(brk, SYSCALL_BRK_4_X)
{
	put_u64(e, c->ret);
	put_memory(e, LOAD(c->task, mm));
	put_u64(e, arg(c, 0));
}

CALL(mmap, SYSCALL_MMAP_X)
{
	u64 words[6] = { arg(c, 0), arg(c, 1), arg(c, 2), arg(c, 3), arg(c, 4), arg(c, 5) };

#if defined(__TARGET_ARCH_x86)
	if (c->compat) {
		u64 n = native_number(c->regs);

		if (n == 90) {
			/* The old call has its arguments in memory. */
			u32 old[6] = {};

			bpf_probe_read_user(old, sizeof(old), (void *)arg(c, 0));
			for (int i = 0; i < 6; i++)
				words[i] = old[i];
		} else if (n == 192) {
			words[5] = (u64)(u32)words[5] << 12; /* mmap2 counts pages */
		}
	}
#endif
	put_s64(e, c->ret);
	put_memory(e, LOAD(c->task, mm));
	put_u64(e, words[0]);
	put_u64(e, words[1]);
	put_u32(e, prot_flags(words[2]));
	put_u32(e, mmap_flags(words[3]));
	put_fd(e, words[4]);
	put_u64(e, words[5]);
}

CALL(munmap, SYSCALL_MUNMAP_X)
{
	put_s64(e, c->ret);
	put_memory(e, LOAD(c->task, mm));
	put_u64(e, arg(c, 0));
	put_u64(e, arg(c, 1));
}

CALL(mprotect, SYSCALL_MPROTECT_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 0));
	put_u64(e, arg(c, 1));
	put_u32(e, prot_flags(arg(c, 2)));
}

CALL(mlock, SYSCALL_MLOCK_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 0));
	put_u64(e, arg(c, 1));
}

CALL(munlock, SYSCALL_MUNLOCK_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 0));
	put_u64(e, arg(c, 1));
}

CALL(mlock2, SYSCALL_MLOCK2_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 0));
	put_u64(e, arg(c, 1));
	put_u32(e, arg(c, 2) & PPM_MLOCK_ONFAULT);
}

CALL(mlockall, SYSCALL_MLOCKALL_X)
{
	put_s64(e, c->ret);
	put_u32(e, arg(c, 0) & 7);
}

CALL_RESULT(munlockall, SYSCALL_MUNLOCKALL_X)

CALL(futex, SYSCALL_FUTEX_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 0));
	put_u16(e, arg(c, 1) & 0x1ff);
	put_u64(e, (u32)arg(c, 2));
}

#endif
