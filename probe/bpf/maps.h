/* Maps: what the loader fills in, where events are built, and where they go. */
#ifndef MAPS_H
#define MAPS_H

#include "bpf_api.h"
#include "layout.h"

/* Settings; one element. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct control);
} control SECTION(".maps");

/* Whether the consumer sleeps and wants to be woken by the next record; one element, written by both sides. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct wake);
} wake SECTION(".maps");

/* One per CPU. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct counters);
} counters SECTION(".maps");

/* The program of each system call, by 64-bit number; an empty place means that nobody wants the call. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_PROG_ARRAY);
	MAP_NUMBER(max_entries, CALL_NUMBERS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u32);
} calls SECTION(".maps");

/* Code and properties of each system call, by 64-bit number. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, CALL_NUMBERS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct call_info);
} call_infos SECTION(".maps");

/* The 64-bit number of each foreign number: 32-bit calls first, those of the x32 interface behind them; see layout.h. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, FOREIGN_NUMBERS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u32);
} foreign_calls SECTION(".maps");

/* An event larger than this is lost. */
#define EVENT_LIMIT 0x10000
#define EVENT_MASK (EVENT_LIMIT - 1)
/* Parts of a path that are walked. */
#define PATH_PARTS 96
/* Longest path that is put together. */
#define PATH_LIMIT 4096

/* Subsystems of control groups whose state is read; those of interest are the first of all. */
#define GROUP_STATES 16

/*
 * Where one CPU builds an event. Programs are not preempted and do not nest while they use it: page faults, the only
 * events that can interrupt them, have their own place.
 */
struct scratch {
	/* Record header and event. A write starts below EVENT_LIMIT and is at most as long. */
	u8 data[2 * EVENT_LIMIT];
	/* Names of a path that is being walked, last part first; 0 for none. */
	u64 parts[PATH_PARTS];
	/* Counts of loops; see IN_MEMORY. */
	u32 parts_count;
	u32 len;
	/* Where a walk up a tree stands: a directory entry and its mount, or a control group's node. */
	struct {
		u64 node, mnt;
	} walk;
	/*
	 * While control groups are written: the task's state in each subsystem, the group whose path lies in `text`, the size
	 * of that path, bytes written.
	 */
	struct {
		u64 states[GROUP_STATES];
		u64 group;
		u32 size, len;
	} groups;
	/* Whether the program that runs next was handed a refused call; see on_refusal(). */
	u64 refused;
	/* Numbers that the verifier is to forget; see FORGET. */
	u64 forgotten;
	/* A path or a list of strings before it is appended. A write starts below PATH_LIMIT. */
	u8 text[2 * PATH_LIMIT];
};

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct scratch);
} scratches SECTION(".maps");

INLINE struct scratch *own_scratch(void)
{
	u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratches, &cpu);
}

/*
 * Calls that open files are described when they start, before the kernel reads their arguments, and are reported when they
 * end. In between each lies in the slot that its thread's number gives; a power of two of them.
 */
#define SLOTS 128
/* A write starts below SLOT_LIMIT and is at most as long. */
#define SLOT_LIMIT 0x2000

struct slot {
	/* Thread that makes the call; 0 for nobody. */
	u64 owner;
	/* Type of the event, and where the flags of the file stand in it; 0 for nowhere. */
	u32 type, flags_at;
	/* Bytes and parameters so far. */
	u32 len, index;
	u8 data[2 * SLOT_LIMIT];
};

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, SLOTS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct slot);
} slots SECTION(".maps");

/* Largest record of a call that waits for its result: two paths and a few numbers. */
#define WAITING_LIMIT 9216

struct waiting {
	u8 data[WAITING_LIMIT];
};

/* Records of calls submitted through io_uring that have not completed, by address of the request. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_HASH);
	MAP_NUMBER(max_entries, 256);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct waiting);
} waiting SECTION(".maps");

struct ring {
	MAP_NUMBER(type, BPF_MAP_TYPE_RINGBUF);
	MAP_NUMBER(max_entries, 4096);
};

/* The ring buffer of each CPU; neighbours may share one. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u32);
	struct ring *values[];
} rings SECTION(".maps");

#endif
