/* Rings of asynchronous calls: their set-up, and the calls that are submitted through them. */
#ifndef EVENTS_IO_URING_H
#define EVENTS_IO_URING_H

#include "../read_data.h"
#include "file.h"

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

/*
 * Calls that are submitted through a ring pass no system call. They are reported as the call that they stand for: the
 * event is put together when the request is submitted, from the kernel's own copies of its arguments, waits in a map, and
 * is sent with the result when the request completes.
 */
#define OP_SENDMSG 9
#define OP_RECVMSG 10
#define OP_CONNECT 16
#define OP_OPENAT 18
#define OP_OPENAT2 28
#define OP_RENAMEAT 35
#define OP_UNLINKAT 36
#define OP_MKDIRAT 37
#define OP_SYMLINKAT 38
#define OP_LINKAT 39

/* Bits of a request: its file is in the ring's own table; success is not reported to the program. */
#define REQUEST_FIXED_FILE 1
#define REQUEST_SKIPS_SUCCESS (1 << 6)

/* Threads that the kernel runs for a process: io workers and pollers of rings. */
#define PF_IO_WORKER 0x10
#define PF_USER_WORKER 0x4000

/* Thread on whose behalf a request is made. */
INLINE u64 requester(void)
{
	struct task_struct *task = current_task();
	u64 id = bpf_get_current_pid_tgid();

	return LOAD(task, flags) & (PF_IO_WORKER | PF_USER_WORKER) ? id >> 32 : (u32)id;
}

INLINE bool request_begins(struct event *e, u32 type, u32 params, u32 kind)
{
	if (!event_begin_for(e, type, params, requester(), kind))
		return false;
	put_s64(e, 0); /* the result, see on_ring_complete() */
	return true;
}

#define REQUEST_BEGINS(e, type, kind) request_begins(e, EVT_##type, EVT_##type##_NPARAMS, kind)

INLINE void put_filename(struct event *e, struct filename *name)
{
	put_kernel_string(e, name ? READ(name, name) : NULL, PATH_LIMIT);
}

/* The descriptor that a request works on. */
INLINE s64 request_fd(struct io_kiocb *request)
{
	s64 fd = READ(request, cqe.fd);

	return READ(request, flags) & REQUEST_FIXED_FILE ? fd | RING_DESCRIPTOR : fd;
}

/* The socket that a request works on. Its file is not looked up yet; one of the ring's own table stays unknown. */
INLINE struct sock *request_socket(struct io_kiocb *request)
{
	if (READ(request, flags) & REQUEST_FIXED_FILE)
		return NULL;
	return socket_of(current_task(), READ(request, cqe.fd));
}

/* Sets the provisional result of an open: a place in the ring's table is no descriptor of the process. */
INLINE void note_slot(struct event *e, u32 params, u32 slot)
{
	u8 *data = e->data;

	if (!slot)
		return;
	*(u16 *)&data[RECORD_FLAGS] |= RECORD_RING_DESCRIPTOR;
	/* All ones: the kernel chooses the place and returns it. */
	*(s64 *)&data[LENGTHS + 2 * params] = RING_DESCRIPTOR | (slot == (u32)-1 ? 0 : slot - 1);
}

/* Writes the event of a request; false when there is none. */
INLINE bool describe(struct event *e, struct io_kiocb *request, u32 opcode)
{
	switch (opcode) {
	case OP_OPENAT: {
		struct io_open *open = (void *)request;
		u64 flags = READ(open, how.flags);

		if (!REQUEST_BEGINS(e, SYSCALL_OPENAT_2_X, LOSS_OPEN))
			return false;
		note_slot(e, EVT_SYSCALL_OPENAT_2_X_NPARAMS, READ(open, file_slot));
		put_dirfd(e, READ(open, dfd));
		put_filename(e, READ(open, filename));
		put_u32(e, open_flags(flags));
		put_u32(e, open_mode(flags, READ(open, how.mode)));
		put_u32(e, 0);
		put_u64(e, 0);
		return true;
	}
	case OP_OPENAT2: {
		struct io_open *open = (void *)request;
		u64 flags = READ(open, how.flags);

		if (!REQUEST_BEGINS(e, SYSCALL_OPENAT2_X, LOSS_OPEN))
			return false;
		note_slot(e, EVT_SYSCALL_OPENAT2_X_NPARAMS, READ(open, file_slot));
		put_dirfd(e, READ(open, dfd));
		put_filename(e, READ(open, filename));
		put_u32(e, open_flags(flags));
		put_u32(e, open_mode(flags, READ(open, how.mode)));
		put_u32(e, resolve_flags(READ(open, how.resolve)));
		put_u32(e, 0);
		put_u64(e, 0);
		return true;
	}
	case OP_UNLINKAT: {
		struct io_unlink *unlink = (void *)request;

		if (!REQUEST_BEGINS(e, SYSCALL_UNLINKAT_2_X, LOSS_FILE))
			return false;
		put_dirfd(e, READ(unlink, dfd));
		put_filename(e, READ(unlink, filename));
		put_u32(e, READ(unlink, flags) & PPM_AT_REMOVEDIR);
		return true;
	}
	case OP_RENAMEAT: {
		struct io_rename *rename = (void *)request;

		if (!REQUEST_BEGINS(e, SYSCALL_RENAMEAT2_X, LOSS_FILE))
			return false;
		put_dirfd(e, READ(rename, old_dfd));
		put_filename(e, READ(rename, oldpath));
		put_dirfd(e, READ(rename, new_dfd));
		put_filename(e, READ(rename, newpath));
		put_u32(e, READ(rename, flags) & 7);
		return true;
	}
	case OP_MKDIRAT: {
		struct io_mkdir *mkdir = (void *)request;

		if (!REQUEST_BEGINS(e, SYSCALL_MKDIRAT_X, LOSS_FILE))
			return false;
		put_dirfd(e, READ(mkdir, dfd));
		put_filename(e, READ(mkdir, filename));
		put_u32(e, READ(mkdir, mode));
		return true;
	}
	case OP_SYMLINKAT: {
		struct io_link *link = (void *)request;

		if (!REQUEST_BEGINS(e, SYSCALL_SYMLINKAT_X, LOSS_FILE))
			return false;
		put_filename(e, READ(link, oldpath));
		put_dirfd(e, READ(link, new_dfd));
		put_filename(e, READ(link, newpath));
		return true;
	}
	case OP_LINKAT: {
		struct io_link *link = (void *)request;

		if (!REQUEST_BEGINS(e, SYSCALL_LINKAT_2_X, LOSS_FILE))
			return false;
		put_dirfd(e, READ(link, old_dfd));
		put_filename(e, READ(link, oldpath));
		put_dirfd(e, READ(link, new_dfd));
		put_filename(e, READ(link, newpath));
		put_u32(e, READ(link, flags) & (PPM_AT_SYMLINK_FOLLOW | PPM_AT_EMPTY_PATH));
		return true;
	}
	case OP_CONNECT: {
		struct io_connect *connect = (void *)request;
		u64 user = (u64)READ(connect, addr);

		if (!REQUEST_BEGINS(e, SOCKET_CONNECT_X, LOSS_CONNECT))
			return false;
		put_tuple(e, request_socket(request), OUTBOUND, user);
		put_s64(e, request_fd(request));
		put_address(e, user, READ(connect, addr_len));
		return true;
	}
	case OP_SENDMSG: {
		struct io_sr_msg *message = (void *)request;
		struct message m = message_at(false, (u64)READ(message, umsg));
		u64 all = vectors_size(m.vectors, m.count, false);
		u32 size;

		if (!REQUEST_BEGINS(e, SOCKET_SENDMSG_X, LOSS_OTHER))
			return false;
		/* At most what waits in the map. */
		size = write_vectors(e->len, m.vectors, m.count, false, recorded(e, AT_MOST(all, 4096)));
		put_written(e, size & 0x1fff);
		put_s64(e, request_fd(request));
		put_u32(e, all);
		put_tuple(e, request_socket(request), OUTBOUND, m.name);
		return true;
	}
	case OP_RECVMSG:
		if (!REQUEST_BEGINS(e, SOCKET_RECVMSG_X, LOSS_OTHER))
			return false;
		put_u32(e, 0); /* the size, see on_ring_complete() */
		put_empty(e);
		put_tuple(e, request_socket(request), INBOUND, 0);
		put_empty(e);
		put_s64(e, request_fd(request));
		return true;
	default:
		return false;
	}
}

/* A request is submitted. Its first argument is the request on all kernels that have this or the older name. */
INLINE int ring_submit(u64 *ctx)
{
	struct io_kiocb *request = (struct io_kiocb *)ctx[0];
	u64 key = ctx[0];
	u32 zero = 0, opcode = READ(request, opcode);
	struct control *settings = bpf_map_lookup_elem(&control, &zero);
	struct event event, *e = &event;

	if (!settings || opcode >= 64 || !(settings->ring_operations >> opcode & 1))
		return 0;
	if (bpf_get_current_pid_tgid() >> 32 == settings->own_process)
		return 0;
	if (!describe(e, request, opcode))
		return 0;
	/*
	 * A success that is not told to the program is not told to us either: it is assumed. The same holds when too many
	 * requests wait, but for the result, which then has no value.
	 */
	if (READ(request, flags) & REQUEST_SKIPS_SUCCESS) {
		event_send(e);
		return 0;
	}
	*(u32 *)&e->data[RECORD_SPARE] = e->len;
	*(u32 *)&e->data[HEADER_LEN] = e->kind;
	*(s64 *)&e->data[HEADER_TS] = request_fd(request);
	if (e->len > WAITING_LIMIT || bpf_map_update_elem(&waiting, &key, e->data, 0)) {
		*(u32 *)&e->data[RECORD_SPARE] = 0;
		event_send(e);
	} else {
		/* It is counted again when it is sent. */
		e->counters->seen--;
	}
	return 0;
}

ON_KERNEL_EVENT("io_uring_submit_req") int on_ring_submit(u64 *ctx)
{
	return ring_submit(ctx);
}

ON_KERNEL_EVENT("io_uring_submit_sqe") int on_ring_submit_old(u64 *ctx)
{
	return ring_submit(ctx);
}

/* Where a tuple is put together before a part of it is taken. */
#define ASIDE 0x8000

/* The local end of a socket may get its address and port by the call itself: takes them anew into the tuple at `at`. */
INLINE void complete_tuple(struct event *e, u32 at, s64 fd)
{
	struct sock *sk = fd & RING_DESCRIPTOR ? NULL : socket_of(current_task(), fd);
	u8 *tuple = &e->data[at & EVENT_MASK], *aside = &e->data[ASIDE];

	if (!sk || tuple[0] != AF_INET)
		return;
	if (write_tuple(ASIDE, (u64)sk, OUTBOUND, 0) == 13) {
		*(u32 *)&tuple[1] = *(u32 *)&aside[1];
		*(u16 *)&tuple[5] = *(u16 *)&aside[5];
	}
}

/*
 * Adds what the new descriptor tells to an open of `len` bytes. A function of its own, for the stack: kernels before 6.12
 * allow 512 bytes for a program and what it calls.
 */
SUBPROGRAM int write_facts(u32 flags_at, u32 len, s64 fd)
{
	struct scratch *scratch = own_scratch();
	struct file_facts facts = facts_of(current_task(), fd);

	if (!scratch)
		return 0;
	*(u32 *)&scratch->data[flags_at & EVENT_MASK] |= facts_flags(&facts);
	*(u32 *)&scratch->data[(len - 12) & EVENT_MASK] = facts.device;
	*(u64 *)&scratch->data[(len - 8) & EVENT_MASK] = facts.inode;
	return 0;
}

/* A request has completed. */
ON_KERNEL_EVENT("io_uring_complete") int on_ring_complete(u64 *ctx)
{
	struct io_kiocb *request = (struct io_kiocb *)ctx[1];
	u64 key = ctx[1];
	struct waiting *waited = bpf_map_lookup_elem(&waiting, &key);
	struct event event, *e = &event;
	u32 len, type, params, kind;
	u8 *data;
	s64 ret, fd;

	if (!waited)
		return 0;
	type = *(u16 *)&waited->data[HEADER_TYPE];
	params = *(u32 *)&waited->data[HEADER_NPARAMS] & 31;
	kind = *(u32 *)&waited->data[HEADER_LEN];
	len = *(u32 *)&waited->data[RECORD_SPARE];
	fd = *(s64 *)&waited->data[HEADER_TS];
	if (!event_begin_for(e, type, params, *(u64 *)&waited->data[HEADER_TID], kind) || len > WAITING_LIMIT)
		return 0;
	data = e->data;
	bpf_probe_read_kernel(&data[LENGTHS], len - LENGTHS < WAITING_LIMIT ? len - LENGTHS : 0, &waited->data[LENGTHS]);
	*(u16 *)&data[RECORD_FLAGS] = *(u16 *)&waited->data[RECORD_FLAGS];
	bpf_map_delete_elem(&waiting, &key);
	e->len = len;
	ret = READ(request, cqe.res);
	if (type == EVT_SYSCALL_OPENAT_2_X || type == EVT_SYSCALL_OPENAT2_X) {
		/* Device and inode are last; before them, numbers of four bytes: flags, mode, and resolve. */
		u32 flags_at = len - (type == EVT_SYSCALL_OPENAT2_X ? 24 : 20);

		if (*(u16 *)&data[RECORD_FLAGS] & RECORD_RING_DESCRIPTOR) {
			if (ret >= 0)
				ret |= *(s64 *)&data[LENGTHS + 2 * params];
		} else if (ret >= 0) {
			write_facts(flags_at, len, ret);
		}
	}
	*(s64 *)&data[LENGTHS + 2 * params] = ret;
	if (type == EVT_SOCKET_RECVMSG_X)
		*(u32 *)&data[LENGTHS + 2 * params + 8] = ret > 0 ? ret : 0;
	if (type == EVT_SOCKET_CONNECT_X || type == EVT_SOCKET_SENDMSG_X)
		complete_tuple(e, type == EVT_SOCKET_CONNECT_X ? LENGTHS + 2 * params + 8 : len - 13, fd);
	if (type == EVT_SOCKET_CONNECT_X && ret != 0 && ret != -115) {
		/* A connection that failed has no ends: its tuple is taken out. */
		u32 size = *(u16 *)&data[LENGTHS + 2], from = LENGTHS + 2 * params + 8, rest = len - from - size;

		if (rest < 256 && size < 256) {
			bpf_probe_read_kernel(&data[from], rest & 255, &data[(from + size) & EVENT_MASK]);
			*(u16 *)&data[LENGTHS + 2] = 0;
			e->len = len - size;
		}
	}
	event_send(e);
	return 0;
}

#endif
