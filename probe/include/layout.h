/* Structures and numbers shared with the loader. Generated from src/layout.rs; do not edit. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "types.h"

#define CALL_NUMBERS 512
#define FOREIGN_X32 512
#define FOREIGN_NUMBERS 576
#define RECORD_HEADER_SIZE 8
#define RECORD_TRUNCATED 1
#define RECORD_RING_DESCRIPTOR 2
#define RING_DESCRIPTOR 1073741824
#define LOSS_KINDS 16
#define LOSS_OTHER 0
#define LOSS_CREATION 1
#define LOSS_EXECUTION 2
#define LOSS_CONNECT 3
#define LOSS_OPEN 4
#define LOSS_FILE 5
#define LOSS_CLOSE 6
#define LOSS_END 7
#define LOSS_CONNECT_ENTER 8
#define LOSS_OPEN_ENTER 9

struct control {
	u64 boot_time;
	u64 secret;
	u64 ring_operations;
	u32 own_process;
	u32 snaplen;
	u32 drop_failed;
	u32 wake_bytes;
};
STATIC_ASSERT(sizeof(struct control) == 40, "size of control");
STATIC_ASSERT(__builtin_offsetof(struct control, boot_time) == 0, "control.boot_time");
STATIC_ASSERT(__builtin_offsetof(struct control, secret) == 8, "control.secret");
STATIC_ASSERT(__builtin_offsetof(struct control, ring_operations) == 16, "control.ring_operations");
STATIC_ASSERT(__builtin_offsetof(struct control, own_process) == 24, "control.own_process");
STATIC_ASSERT(__builtin_offsetof(struct control, snaplen) == 28, "control.snaplen");
STATIC_ASSERT(__builtin_offsetof(struct control, drop_failed) == 32, "control.drop_failed");
STATIC_ASSERT(__builtin_offsetof(struct control, wake_bytes) == 36, "control.wake_bytes");

struct wake {
	u32 armed;
};
STATIC_ASSERT(sizeof(struct wake) == 4, "size of wake");
STATIC_ASSERT(__builtin_offsetof(struct wake, armed) == 0, "wake.armed");

struct counters {
	u64 seen;
	u64 sent;
	u64 lost_full;
	u64 lost_size;
	u64 lost_ring;
	u64 truncated;
	u64 unannounced;
	u64 lost_kind[16];
	u64 spare[9];
};
STATIC_ASSERT(sizeof(struct counters) == 256, "size of counters");
STATIC_ASSERT(__builtin_offsetof(struct counters, seen) == 0, "counters.seen");
STATIC_ASSERT(__builtin_offsetof(struct counters, sent) == 8, "counters.sent");
STATIC_ASSERT(__builtin_offsetof(struct counters, lost_full) == 16, "counters.lost_full");
STATIC_ASSERT(__builtin_offsetof(struct counters, lost_size) == 24, "counters.lost_size");
STATIC_ASSERT(__builtin_offsetof(struct counters, lost_ring) == 32, "counters.lost_ring");
STATIC_ASSERT(__builtin_offsetof(struct counters, truncated) == 40, "counters.truncated");
STATIC_ASSERT(__builtin_offsetof(struct counters, unannounced) == 48, "counters.unannounced");
STATIC_ASSERT(__builtin_offsetof(struct counters, lost_kind) == 56, "counters.lost_kind");
STATIC_ASSERT(__builtin_offsetof(struct counters, spare) == 184, "counters.spare");

struct call_info {
	u16 code;
	u16 event;
};
STATIC_ASSERT(sizeof(struct call_info) == 4, "size of call_info");
STATIC_ASSERT(__builtin_offsetof(struct call_info, code) == 0, "call_info.code");
STATIC_ASSERT(__builtin_offsetof(struct call_info, event) == 2, "call_info.event");

#endif
