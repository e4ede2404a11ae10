/* Data that calls move: how much of it is recorded, plain buffers, vectors of buffers, messages. */
#ifndef READ_DATA_H
#define READ_DATA_H

#include "read_socket.h"

#define VECTORS 32

/* Part of a data transfer that is recorded: of the bytes moved, or of those asked for when writing failed. */
INLINE u64 recorded(struct event *e, u64 bytes)
{
	u32 limit = e->control->snaplen;

	return bytes < limit ? bytes : limit;
}

INLINE void put_read_data(struct call *c, struct event *e, u64 address)
{
	put_user_bytes(e, address, c->ret > 0 ? recorded(e, c->ret) : 0);
}

INLINE void put_written_data(struct call *c, struct event *e, u64 address, u64 size)
{
	put_user_bytes(e, address, recorded(e, c->ret > 0 ? c->ret : size));
}

struct vector {
	u64 address, size;
};

INLINE struct vector vector_at(bool compat, u64 vectors, u64 i)
{
	struct vector v = {};

	if (compat) {
		u32 words[2] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)(vectors + i * sizeof(words)));
		v.address = words[0];
		v.size = words[1];
	} else {
		bpf_probe_read_user(&v, sizeof(v), (void *)(vectors + i * sizeof(v)));
	}
	return v;
}

/* Bytes that all vectors together hold. */
SUBPROGRAM u64 vectors_size(u64 vectors, u64 count, u32 compat)
{
	u64 size = 0;

	LOOP (u32 i = 0; i < VECTORS; i++) {
		if (i >= count)
			break;
		size += vector_at(compat, vectors, i).size;
	}
	return size;
}

/* One round of write_vectors(). False when there is no room for further bytes, or they cannot be read. */
SUBPROGRAM int write_vector(u32 at, u64 vectors, u32 i, u32 compat, u64 limit)
{
	struct scratch *scratch = own_scratch();
	struct vector v;
	u64 size;
	u32 len;

	if (!scratch)
		return false;
	len = IN_MEMORY(scratch->len);
	if (len >= limit)
		return false;
	v = vector_at(compat, vectors, i);
	size = AT_MOST(v.size, limit - len);
	if (size > EVENT_MASK)
		return false;
	if (!size)
		return true;
	if (bpf_probe_read_user(&scratch->data[(at + len) & EVENT_MASK], size, (void *)v.address))
		return false;
	IN_MEMORY(scratch->len) = len + size;
	return true;
}

/* Writes the bytes of all vectors at `at`, at most `limit`; how many. */
SUBPROGRAM u32 write_vectors(u32 at, u64 vectors, u64 count, u32 compat, u64 limit)
{
	struct scratch *scratch = own_scratch();

	if (!scratch)
		return 0;
	if (limit > EVENT_MASK)
		limit = EVENT_MASK;
	IN_MEMORY(scratch->len) = 0;
	LOOP (u32 i = 0; i < VECTORS; i++)
		if (i >= count || !write_vector(at, vectors, i, compat, limit))
			break;
	return IN_MEMORY(scratch->len);
}

INLINE void put_vectors(struct call *c, struct event *e, u64 vectors, u64 count, u64 limit)
{
	u32 size = 0;

	if (limit && vectors)
		size = write_vectors(e->len, vectors, count, c->compat, recorded(e, limit));
	put_written(e, size & EVENT_MASK);
}

/* A message header in user memory. */
struct message {
	u64 name, vectors, count, control, control_size;
};

INLINE struct message message_at(bool compat, u64 address)
{
	struct message m = {};

	if (compat) {
		/* name, its length, vectors, count, control, its length, flags */
		u32 words[7] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)address);
		m.name = words[0];
		m.vectors = words[2];
		m.count = words[3];
		m.control = words[4];
		m.control_size = words[5];
	} else {
		u64 words[7] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)address);
		m.name = words[0];
		m.vectors = words[2];
		m.count = words[3];
		m.control = words[4];
		m.control_size = words[5];
	}
	return m;
}

#endif
