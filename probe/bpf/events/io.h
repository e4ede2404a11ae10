/* Reading, writing, copying, and waiting for descriptors. */
#ifndef EVENTS_IO_H
#define EVENTS_IO_H

#include "../read_data.h"

CALL(read, SYSCALL_READ_X)
{
	put_s64(e, c->ret);
	put_read_data(c, e, arg(c, 1));
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 2));
}

CALL(write, SYSCALL_WRITE_X)
{
	put_s64(e, c->ret);
	put_written_data(c, e, arg(c, 1), arg(c, 2));
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 2));
}

/* A file offset of 64 bits, which 32-bit calls pass in two arguments from `n` on. */
INLINE u64 offset_arg(struct call *c, int n)
{
	return c->compat ? (u32)arg(c, n) | arg(c, n + 1) << 32 : arg(c, n);
}

CALL(pread64, SYSCALL_PREAD_X)
{
	put_s64(e, c->ret);
	put_read_data(c, e, arg(c, 1));
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 2));
	put_u64(e, offset_arg(c, 3));
}

CALL(pwrite64, SYSCALL_PWRITE_X)
{
	put_s64(e, c->ret);
	put_written_data(c, e, arg(c, 1), arg(c, 2));
	put_fd(e, arg(c, 0));
	put_u32(e, arg(c, 2));
	put_u64(e, offset_arg(c, 3));
}

/* Bytes that a vector call was to write: what it wrote, or all of them when it failed. */
INLINE u64 write_size(struct call *c, u64 all)
{
	return c->ret > 0 ? c->ret : all;
}

CALL(readv, SYSCALL_READV_X)
{
	put_s64(e, c->ret);
	put_u32(e, c->ret > 0 ? c->ret : 0);
	put_vectors(c, e, arg(c, 1), arg(c, 2), c->ret > 0 ? c->ret : 0);
	put_fd(e, arg(c, 0));
}

CALL(preadv, SYSCALL_PREADV_X)
{
	put_s64(e, c->ret);
	put_u32(e, c->ret > 0 ? c->ret : 0);
	put_vectors(c, e, arg(c, 1), arg(c, 2), c->ret > 0 ? c->ret : 0);
	put_fd(e, arg(c, 0));
	put_u64(e, offset_arg(c, 3));
}

CALL(writev, SYSCALL_WRITEV_X)
{
	u64 all = vectors_size(arg(c, 1), arg(c, 2), c->compat);

	put_s64(e, c->ret);
	put_vectors(c, e, arg(c, 1), arg(c, 2), write_size(c, all));
	put_fd(e, arg(c, 0));
	put_u32(e, all);
}

CALL(pwritev, SYSCALL_PWRITEV_X)
{
	u64 all = vectors_size(arg(c, 1), arg(c, 2), c->compat);

	put_s64(e, c->ret);
	put_vectors(c, e, arg(c, 1), arg(c, 2), write_size(c, all));
	put_fd(e, arg(c, 0));
	put_u32(e, all);
	put_u64(e, offset_arg(c, 3));
}

CALL(sendfile, SYSCALL_SENDFILE_X)
{
	put_s64(e, c->ret);
	put_u64(e, arg(c, 2) ? user_word(c, arg(c, 2)) : 0);
	put_fd(e, arg(c, 0));
	put_fd(e, arg(c, 1));
	put_u64(e, arg(c, 3));
}

CALL(splice, SYSCALL_SPLICE_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_fd(e, arg(c, 2));
	put_u64(e, arg(c, 4));
	put_u32(e, arg(c, 5) & 0xf);
}

CALL(copy_file_range, SYSCALL_COPY_FILE_RANGE_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 2));
	put_u64(e, arg(c, 3) ? READ_USER(u64, arg(c, 3)) : 0);
	put_fd(e, arg(c, 0));
	put_u64(e, arg(c, 1) ? READ_USER(u64, arg(c, 1)) : 0);
	put_u64(e, arg(c, 4));
}

INLINE void fill_process_memory(struct call *c, struct event *e)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_vectors(c, e, arg(c, 1), arg(c, 2), c->ret > 0 ? c->ret : 0);
}

CALL(process_vm_readv, SYSCALL_PROCESS_VM_READV_X)
{
	fill_process_memory(c, e);
}

CALL(process_vm_writev, SYSCALL_PROCESS_VM_WRITEV_X)
{
	fill_process_memory(c, e);
}

#define POLLED 64

/* Writes a list of polled descriptors with the events that came back, at `at`; its size. */
SUBPROGRAM u32 write_polled(u32 at, u64 list, u64 count)
{
	struct scratch *scratch = own_scratch();
	u32 written = 0;

	if (!scratch)
		return 0;
	at &= EVENT_MASK;
	LOOP (u32 i = 0; i < POLLED; i++) {
		struct {
			s32 fd;
			s16 wanted, returned;
		} entry;
		u8 *to = &scratch->data[at + 2 + i * 10];

		if (i >= count || bpf_probe_read_user(&entry, sizeof(entry), (void *)(list + i * 8)))
			break;
		*(s64 *)&to[0] = entry.fd;
		*(u16 *)&to[8] = poll_flags((u16)entry.returned);
		written = i + 1;
	}
	*(u16 *)&scratch->data[at] = written;
	return 2 + written * 10;
}

INLINE void put_polled(struct call *c, struct event *e)
{
	u64 count = (u32)arg(c, 1);

	if (count > POLLED)
		event_truncated(e);
	put_written(e, write_polled(e->len, arg(c, 0), count) & 0x3ff);
}

/* Nanoseconds of a time in user memory. */
INLINE u64 user_time(u64 address, bool narrow)
{
	if (narrow) {
		s32 words[2] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)address);
		return words[0] * 1000000000ULL + words[1];
	} else {
		s64 words[2] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)address);
		return words[0] * 1000000000ULL + words[1];
	}
}

CALL(ppoll, SYSCALL_PPOLL_X)
{
	put_s64(e, c->ret);
	put_polled(c, e);
	/* Without a time the call waits for ever. */
	put_u64(e, arg(c, 2) ? user_time(arg(c, 2), c->compat) : (u64)-1);
	put_u32(e, READ_USER(u32, arg(c, 3)));
}

CALL(nanosleep, SYSCALL_NANOSLEEP_X)
{
	put_s64(e, c->ret);
	put_u64(e, user_time(arg(c, 0), c->compat));
}

#if defined(__TARGET_ARCH_x86)
CALL(poll, SYSCALL_POLL_X)
{
	put_s64(e, c->ret);
	put_polled(c, e);
	put_s64(e, (s32)arg(c, 2));
}

CALL_RESULT(select, SYSCALL_SELECT_X)

CALL(epoll_wait, SYSCALL_EPOLLWAIT_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 2));
}
#endif

#endif
