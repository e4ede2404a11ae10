/* Integer types, section and inlining marks. Included first by every other header. */
#ifndef TYPES_H
#define TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
/*
 * A function of its own, which the kernel checks once for any arguments, not anew for each caller. Arguments are numbers
 * only: older kernels allow nothing else.
 */
#define SUBPROGRAM __attribute__((noinline))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Hides a value from the compiler, so that it neither drops a bound check nor moves it behind the use. */
#define OPAQUE(x) asm volatile("" : "+r"(x))

/*
 * A number in memory that the compiler must not keep in a register. Loops count in such: the verifier knows nothing about
 * what it reads from memory, so that all ways through a round look alike to it.
 */
#define IN_MEMORY(x) (*(volatile __typeof__(x) *)&(x))

/*
 * Sends a number through memory, so that the verifier forgets what it knows about it. Without this it would follow each
 * way through the program on its own, as they differ in, say, the length of the event.
 */
#define FORGET(scratch, x)                                                                                             \
	do {                                                                                                           \
		IN_MEMORY((scratch)->forgotten) = (x);                                                                 \
		(x) = IN_MEMORY((scratch)->forgotten);                                                                 \
	} while (0)

#define STATIC_ASSERT(condition, text) _Static_assert(condition, text)

/* A loop that stays a loop. */
#define LOOP _Pragma("clang loop unroll(disable)") for

#define AT_MOST(value, limit) ((value) < (limit) ? (value) : (limit))

/*
 * Program sections. The same source gives four objects:
 *  - default:  BTF tracepoints, kernel memory read by direct loads where the verifier knows the type;
 *  - PORTABLE: raw tracepoints and explicit reads only, for kernels that refuse the former;
 *  - NATIVE:   one tracepoint per system call instead of one for all, so that other calls stay nearly untaxed;
 *  - FEXIT:    programs on the kernel's functions of the calls, so that other calls stay untaxed. The loader names the
 *              functions: what the sections name does not exist.
 */
#if defined(PORTABLE)
#define ON_KERNEL_EVENT(name) SECTION("raw_tp/" name)
#define ON_SYSCALL_EXIT SECTION("raw_tp/sys_exit")
#elif defined(NATIVE)
#define ON_KERNEL_EVENT(name) SECTION("tp_btf/" name)
#define ON_SYSCALL_EXIT SECTION("tracepoint/syscalls/sys_exit")
#elif defined(FEXIT)
#define ON_KERNEL_EVENT(name) SECTION("tp_btf/" name)
#define ON_SYSCALL_EXIT SECTION("fexit/sys_exit")
#else
#define ON_KERNEL_EVENT(name) SECTION("tp_btf/" name)
#define ON_SYSCALL_EXIT SECTION("tp_btf/sys_exit")
#endif

#if defined(FEXIT)
#define ON_SYSCALL_ENTER(name) SECTION("fentry/" name)
#else
#define ON_SYSCALL_ENTER(name) SECTION("tracepoint/syscalls/sys_enter_" name)
#endif

#endif
