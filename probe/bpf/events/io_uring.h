/* Rings of asynchronous calls: their set-up, and the calls that are submitted through them. */
#ifndef EVENTS_IO_URING_H
#define EVENTS_IO_URING_H

#include "../read_data.h"

struct ring_parameters {
	u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features;
};

CALL(io_uring_setup, SYSCALL_IO_URING_SETUP_X)
{
	struct ring_parameters p = READ_USER(struct ring_parameters, arg(c, 1));

	put_s64(e, c->ret);
	put_u32(e, arg(c, 0));
	put_u32(e, p.sq_entries);
	put_u32(e, p.cq_entries);
	put_u32(e, ring_setup_flags(p.flags));
	put_u32(e, p.sq_thread_cpu);
	put_u32(e, p.sq_thread_idle);
	put_u32(e, p.features & 0x7ff);
}

CALL(io_uring_enter, SYSCALL_IO_URING_ENTER_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 1));
	put_u32(e, arg(c, 2));
	put_u32(e, arg(c, 3) & 0xf);
	/* The first 32 signals of the set; with extended arguments the pointer is to something else. */
	put_u32(e, arg(c, 4) && !(arg(c, 3) & 8) ? READ_USER(u32, arg(c, 4)) : 0);
}

CALL(io_uring_register, SYSCALL_IO_URING_REGISTER_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u16(e, arg(c, 1));
	put_u64(e, arg(c, 2));
	put_u32(e, arg(c, 3));
}

#endif
