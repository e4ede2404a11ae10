/* Appends a header and parameters, and hands the finished event to the ring buffer. */
#ifndef EVENT_H
#define EVENT_H

#include "event_types.h"
#include "kernel_types.h"
#include "maps.h"

#define HEADER_SIZE 26
/* Offset of the parameter lengths in a record. */
#define LENGTHS (RECORD_HEADER_SIZE + HEADER_SIZE)

/* The record header. */
#define RECORD_CPU 0
#define RECORD_FLAGS 2
#define RECORD_SPARE 4

#define HEADER_TS (RECORD_HEADER_SIZE + 0)
#define HEADER_TID (RECORD_HEADER_SIZE + 8)
#define HEADER_LEN (RECORD_HEADER_SIZE + 16)
#define HEADER_TYPE (RECORD_HEADER_SIZE + 20)
#define HEADER_NPARAMS (RECORD_HEADER_SIZE + 22)

/* An event under construction. Lives in registers: every function that takes it is inlined. */
struct event {
	/* Where it is built, and the last place at which a write may start: a power of two less one. */
	u8 *data;
	u32 mask;
	/* Bytes so far, the record header included. May exceed the mask: then nothing is sent. */
	u32 len;
	/* Parameters so far. */
	u32 index;
	u32 cpu;
	u32 kind;
	struct scratch *scratch;
	struct control *control;
	struct counters *counters;
};

/* Address for the next write. */
INLINE u8 *event_end(struct event *e)
{
	return &e->data[e->len & e->mask];
}

/* Finds what every event needs, and counts it. */
INLINE bool event_open(struct event *e, u32 kind)
{
	u32 zero = 0, cpu = bpf_get_smp_processor_id();

	e->cpu = cpu;
	e->kind = kind;
	e->counters = bpf_map_lookup_elem(&counters, &cpu);
	e->control = bpf_map_lookup_elem(&control, &zero);
	if (!e->counters || !e->control)
		return false;
	e->counters->seen++;
	return true;
}

/* Writes the time and the CPU into the header. */
INLINE void event_stamp(struct event *e)
{
	*(u16 *)&e->data[RECORD_CPU] = e->cpu;
	*(u64 *)&e->data[HEADER_TS] = e->control->boot_time + bpf_ktime_get_boot_ns();
}

/* Writes the rest of the header. */
INLINE void event_head(struct event *e, u32 type, u32 params, u64 tid)
{
	u8 *data = e->data;

	*(u16 *)&data[RECORD_FLAGS] = 0;
	*(u32 *)&data[RECORD_SPARE] = 0;
	*(u64 *)&data[HEADER_TID] = tid;
	*(u16 *)&data[HEADER_TYPE] = type;
	*(u32 *)&data[HEADER_NPARAMS] = params;
	e->len = LENGTHS + 2 * params;
	e->index = 0;
}

/* Starts an event. False when nothing can be sent. */
INLINE bool event_begin_for(struct event *e, u32 type, u32 params, u64 tid, u32 kind)
{
	if (!event_open(e, kind))
		return false;
	e->scratch = own_scratch();
	if (!e->scratch)
		return false;
	e->data = e->scratch->data;
	e->mask = EVENT_MASK;
	event_stamp(e);
	event_head(e, type, params, tid);
	return true;
}

/* The current thread, and its process. */
INLINE u64 current_tid(void)
{
#ifdef PORTABLE
	return (u32)bpf_get_current_pid_tgid();
#else
	return (u32)current_task()->pid;
#endif
}

INLINE u32 current_process(void)
{
#ifdef PORTABLE
	return bpf_get_current_pid_tgid() >> 32;
#else
	return current_task()->tgid;
#endif
}

/* Whether this is the process whose activity is not reported. */
INLINE bool is_own(void)
{
	u32 zero = 0;
	struct control *settings = bpf_map_lookup_elem(&control, &zero);

	return !settings || current_process() == settings->own_process;
}

/* The flag of the coming record: whether somebody must be woken. */
INLINE u64 wake_up(struct event *e)
{
	u32 zero = 0;
	struct wake *w = bpf_map_lookup_elem(&wake, &zero);

	e->counters->unannounced += e->len;
	if (w && w->armed) {
		w->armed = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	/* The consumer naps between its rounds; a ring that fills faster ends the nap. */
	if (e->counters->unannounced > e->control->wake_bytes) {
		e->counters->unannounced = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	return BPF_RB_NO_WAKEUP;
}

INLINE void event_lost(struct event *e)
{
	e->counters->lost_kind[e->kind & (LOSS_KINDS - 1)]++;
}

/* Hands the event over. */
INLINE void event_send(struct event *e)
{
	u8 *data = e->data;
	void *ring;
	u32 len = e->len, cpu = e->cpu;

	if (len > e->mask) {
		e->counters->lost_size++;
		event_lost(e);
		return;
	}
	*(u32 *)&data[HEADER_LEN] = len - RECORD_HEADER_SIZE;
	ring = bpf_map_lookup_elem(&rings, &cpu);
	if (!ring) {
		e->counters->lost_ring++;
		event_lost(e);
		return;
	}
	/* The compiler would leave out the mask, as len is no greater; older verifiers have forgotten that by now. */
	__asm__ volatile("" : "+r"(len));
	len &= e->mask;
	if (bpf_ringbuf_output(ring, data, len, wake_up(e))) {
		e->counters->lost_full++;
		event_lost(e);
		return;
	}
	e->counters->sent++;
}

/* Notes that a value was longer than what is recorded. */
INLINE void event_truncated(struct event *e)
{
	*(u16 *)&e->data[RECORD_FLAGS] |= RECORD_TRUNCATED;
	e->counters->truncated++;
}

/* Lets the verifier take all ways to this point for one; the event must have been started by event_begin_for(). */
INLINE void event_settle(struct event *e)
{
	FORGET(e->scratch, e->len);
}

/* Ends a parameter whose bytes were written at event_end(). */
INLINE void put_written(struct event *e, u32 size)
{
	*(u16 *)&e->data[LENGTHS + 2 * (e->index & (PPM_MAX_EVENT_PARAMS - 1))] = size;
	e->index++;
	e->len += size;
}

INLINE void put_empty(struct event *e)
{
	put_written(e, 0);
}

#define PUT_NUMBER(name, type)                                                                                         \
	INLINE void name(struct event *e, type value)                                                                  \
	{                                                                                                              \
		*(type *)event_end(e) = value;                                                                         \
		put_written(e, sizeof(type));                                                                          \
	}
PUT_NUMBER(put_u8, u8)
PUT_NUMBER(put_u16, u16)
PUT_NUMBER(put_u32, u32)
PUT_NUMBER(put_u64, u64)
PUT_NUMBER(put_s16, s16)
PUT_NUMBER(put_s32, s32)
PUT_NUMBER(put_s64, s64)

/* A descriptor argument: the low 32 bits, signed. */
INLINE void put_fd(struct event *e, u64 fd)
{
	put_s64(e, (s32)fd);
}

/* A directory descriptor argument. */
INLINE void put_dirfd(struct event *e, u64 fd)
{
	put_s64(e, (s32)fd == -100 ? PPM_AT_FDCWD : (s32)fd);
}

/* Reads a string; its size with the NUL, or an error. Kernels before 6.2 call the size of an empty string 0. */
INLINE long read_user_string(void *to, u32 limit, u64 address)
{
	long size = bpf_probe_read_user_str(to, limit, (const void *)address);

	return size ? size : 1;
}

/* The string at a user address, its NUL included; empty, and false, when it cannot be read. */
INLINE bool put_user_string(struct event *e, u64 address, u32 limit)
{
	long size = address ? read_user_string(event_end(e), limit, address) : 0;

	if (size <= 0) {
		put_empty(e);
		return false;
	}
	if (size >= limit)
		event_truncated(e);
	put_written(e, (u32)size & 0x1fff);
	return true;
}

/* A path or other text argument. */
INLINE bool put_path(struct event *e, u64 address)
{
	return put_user_string(e, address, PATH_LIMIT);
}

/* The string at a kernel address. */
INLINE void put_kernel_string(struct event *e, const void *address, u32 limit)
{
	long size = address ? bpf_probe_read_kernel_str(event_end(e), limit, address) : 0;

	if (size <= 0) {
		put_empty(e);
		return;
	}
	put_written(e, (u32)size & 0x1fff);
}

/* Bytes at a user address, at most EVENT_LIMIT - 1 of them. */
INLINE void put_user_bytes(struct event *e, u64 address, u64 size)
{
	u32 n = size > EVENT_MASK ? EVENT_MASK : (u32)size;

	OPAQUE(n);
	n &= EVENT_MASK;
	if (!n || !address || bpf_probe_read_user(event_end(e), n, (const void *)address))
		n = 0;
	put_written(e, n);
}

/* A value whose type its first byte names. */
INLINE void put_dynamic_u64(struct event *e, u8 type, u64 value)
{
	u8 *end = event_end(e);

	end[0] = type;
	*(u64 *)&end[1] = value;
	put_written(e, 9);
}

INLINE void put_dynamic_u32(struct event *e, u8 type, u32 value)
{
	u8 *end = event_end(e);

	end[0] = type;
	*(u32 *)&end[1] = value;
	put_written(e, 5);
}

INLINE void put_dynamic_u8(struct event *e, u8 type, u8 value)
{
	u8 *end = event_end(e);

	end[0] = type;
	end[1] = value;
	put_written(e, 2);
}

#endif
