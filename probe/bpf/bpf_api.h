/* Helper functions of the kernel by number, map declarations, and relocation of kernel fields (CO-RE). */
#ifndef BPF_API_H
#define BPF_API_H

#include "types.h"

/* Numbers are part of the kernel's user interface (enum bpf_func_id). */
static void *(*const bpf_map_lookup_elem)(const void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static u64 (*const bpf_get_current_task)(void) = (void *)35;
static long (*const bpf_probe_read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*const bpf_probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*const bpf_probe_read_user_str)(void *to, u32 size, const void *from) = (void *)114;
static long (*const bpf_probe_read_kernel_str)(void *to, u32 size, const void *from) = (void *)115;
static u64 (*const bpf_ktime_get_boot_ns)(void) = (void *)125;
static long (*const bpf_ringbuf_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static struct task_struct *(*const bpf_get_current_task_btf)(void) = (void *)158;

static long (*const bpf_get_func_ret)(void *ctx, u64 *value) = (void *)184;
static struct pt_regs *(*const bpf_task_pt_regs)(struct task_struct *task) = (void *)175;

#define BPF_MAP_TYPE_HASH 1
#define BPF_MAP_TYPE_ARRAY 2
#define BPF_MAP_TYPE_PROG_ARRAY 3
#define BPF_MAP_TYPE_LRU_HASH 9
#define BPF_MAP_TYPE_ARRAY_OF_MAPS 12
#define BPF_MAP_TYPE_RINGBUF 27

#define BPF_RB_NO_WAKEUP 1ULL
#define BPF_RB_FORCE_WAKEUP 2ULL

/* Members of a map declaration, in the form that loaders read from BTF. */
#define MAP_NUMBER(name, value) int(*name)[value]
#define MAP_TYPE(name, type) type *name

#define FIELD_BYTE_OFFSET 0
#define FIELD_BYTE_SIZE 1
#define FIELD_EXISTS 2
#define FIELD_LSHIFT_U64 4
#define FIELD_RSHIFT_U64 5

#define field_info(field, kind) __builtin_preserve_field_info(field, kind)
/* Whether the running kernel's structure has the field. A constant to the verifier. */
#define HAS_FIELD(type, field) field_info(((type *)0)->field, FIELD_EXISTS)
/* Distance of a field from the start of its structure in the running kernel. */
#define FIELD_OFFSET(type, field) ((u64)field_info(((type *)0)->field, FIELD_BYTE_OFFSET))
/* Address of a field in the running kernel. */
#define FIELD_ADDRESS(pointer, field) ((void *)&(pointer)->field)
#define HAS_TYPE(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define SIZE_OF_TYPE(type) ((u64)__builtin_preserve_type_info(*(typeof(type) *)0, 1))
#define HAS_ENUM(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
#define ENUM_VALUE(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)

/* A field behind any kernel pointer; zero when the memory cannot be read. */
#define READ(pointer, field)                                                                                           \
	({                                                                                                             \
		__typeof__((pointer)->field) value_;                                                                       \
		__builtin_memset(&value_, 0, sizeof(value_));                                                          \
		bpf_probe_read_kernel(&value_, sizeof(value_), FIELD_ADDRESS(pointer, field));                         \
		value_;                                                                                                \
	})

/*
 * A field behind a pointer whose type the verifier knows (the current task and what hangs on it): a plain load, which
 * costs a tenth of READ. It reads zero when the pointer is bad.
 */
#ifdef PORTABLE
#define LOAD(pointer, field) READ(pointer, field)
#else
#define LOAD(pointer, field) ((pointer)->field)
#endif

/* Room for two neighbouring fields and what lies between them. */
#define SPAN 128

/* Two fields of a structure behind any kernel pointer; with one read when they are neighbours. */
#define READ_TWO(pointer, a, to_a, b, to_b)                                                                            \
	do {                                                                                                           \
		u64 at_a_ = field_info((pointer)->a, FIELD_BYTE_OFFSET), size_a_ = sizeof((pointer)->a);               \
		u64 at_b_ = field_info((pointer)->b, FIELD_BYTE_OFFSET), size_b_ = sizeof((pointer)->b);               \
		u64 start_ = at_a_ < at_b_ ? at_a_ : at_b_;                                                            \
		u64 size_ = (at_a_ < at_b_ ? at_b_ + size_b_ : at_a_ + size_a_) - start_;                              \
		u8 span_[SPAN] __attribute__((aligned(8)));                                                            \
		if (size_ <= SPAN && !bpf_probe_read_kernel(span_, size_, (void *)(pointer) + start_)) {               \
			(to_a) = *(__typeof__((pointer)->a) *)&span_[at_a_ - start_];                                  \
			(to_b) = *(__typeof__((pointer)->b) *)&span_[at_b_ - start_];                                  \
		} else {                                                                                               \
			(to_a) = READ(pointer, a);                                                                     \
			(to_b) = READ(pointer, b);                                                                     \
		}                                                                                                      \
	} while (0)

/* A bit field behind any kernel pointer. */
#define READ_BITS(pointer, field)                                                                                      \
	({                                                                                                             \
		u64 bits_ = 0;                                                                                         \
		bpf_probe_read_kernel(&bits_, field_info((pointer)->field, FIELD_BYTE_SIZE),                           \
				      (void *)(pointer) + field_info((pointer)->field, FIELD_BYTE_OFFSET));            \
		bits_ <<= field_info((pointer)->field, FIELD_LSHIFT_U64);                                              \
		bits_ >> field_info((pointer)->field, FIELD_RSHIFT_U64);                                               \
	})

/* A value at an address that user space gave; zero when it cannot be read. */
#define READ_USER(type, address)                                                                                       \
	({                                                                                                             \
		type value_;                                                                                           \
		__builtin_memset(&value_, 0, sizeof(value_));                                                          \
		bpf_probe_read_user(&value_, sizeof(value_), (const void *)(address));                                 \
		value_;                                                                                                \
	})

#ifdef PORTABLE
#define current_task() ((struct task_struct *)bpf_get_current_task())
#else
#define current_task() bpf_get_current_task_btf()
#endif

#endif
