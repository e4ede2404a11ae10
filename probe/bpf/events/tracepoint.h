/* Events that are no system calls: scheduling, delivered signals, page faults. */
#ifndef EVENTS_TRACEPOINT_H
#define EVENTS_TRACEPOINT_H

#include "../read_task.h"

ON_KERNEL_EVENT("sched_switch") int on_switch(u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[1], *next = (struct task_struct *)ctx[2];
	struct event event, *e = &event;

	if (!event_begin_for(e, EVT_SCHEDSWITCH_6_E, EVT_SCHEDSWITCH_6_E_NPARAMS, READ(task, pid), LOSS_OTHER))
		return 0;
	put_s64(e, READ(next, pid));
	put_u64(e, READ(task, maj_flt));
	put_u64(e, READ(task, min_flt));
	put_memory(e, READ(task, mm));
	event_send(e);
	return 0;
}

/* Who sent a signal, as far as its information tells. */
INLINE s64 sender_of(u32 signal, struct kernel_siginfo *info)
{
	s32 code = 0, pid = 0;

	/* Small values stand for "the kernel" and the like. */
	if ((u64)info < 4096)
		return 0;
	code = READ(info, si_code);
	/* The sender is the first member behind the three numbers, whatever the kind of the signal. */
	bpf_probe_read_kernel(&pid, sizeof(pid), (void *)info + 16);
	switch (signal) {
	case 9: /* SIGKILL */
	case 17: /* SIGCHLD: the child */
		return pid;
	case 1: /* SIGHUP */
	case 2: /* SIGINT */
	case 3: /* SIGQUIT */
	case 15: /* SIGTERM */
	case 20: /* SIGTSTP */
		return code <= 0 ? pid : 0;
	default:
		return signal >= 32 ? pid : 0;
	}
}

ON_KERNEL_EVENT("signal_deliver") int on_signal(u64 *ctx)
{
	struct event event, *e = &event;
	u32 signal = ctx[0];

	if (is_own() || !event_begin_for(e, EVT_SIGNALDELIVER_E, EVT_SIGNALDELIVER_E_NPARAMS, current_tid(), LOSS_OTHER))
		return 0;
	put_s64(e, sender_of(signal, (void *)ctx[1]));
	put_s64(e, current_tid());
	put_u8(e, signal);
	event_send(e);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
/* The record of a page fault. It may interrupt another program's work, so it is built on the stack. */
struct fault_record {
	u16 cpu, flags;
	u32 reserved;
	u64 ts, tid;
	u32 len;
	u16 type;
	u16 params_low, params_high;
	u16 lengths[3];
	u64 address, ip;
	u32 error;
} __attribute__((packed));
STATIC_ASSERT(sizeof(struct fault_record) == LENGTHS + 3 * 2 + 8 + 8 + 4, "header and parameters");

struct pt_regs___ip {
	unsigned long ip;
} __attribute__((preserve_access_index));

INLINE int send_fault(u64 *ctx)
{
	u32 zero = 0, cpu = bpf_get_smp_processor_id();
	struct control *settings = bpf_map_lookup_elem(&control, &zero);
	struct counters *count = bpf_map_lookup_elem(&counters, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	struct pt_regs___ip *regs = (void *)ctx[1];
	struct fault_record r;

	if (!settings || !count || !ring)
		return 0;
	if (current_process() == settings->own_process)
		return 0;
	r.cpu = cpu;
	r.flags = 0;
	r.reserved = 0;
	r.ts = settings->boot_time + bpf_ktime_get_boot_ns();
	r.tid = current_tid();
	r.len = sizeof(r) - RECORD_HEADER_SIZE;
	r.type = EVT_PAGE_FAULT_E;
	r.params_low = EVT_PAGE_FAULT_E_NPARAMS;
	r.params_high = 0;
	r.lengths[0] = r.lengths[1] = 8;
	r.lengths[2] = 4;
	r.address = ctx[0];
	r.ip = READ(regs, ip);
	r.error = page_fault_flags(ctx[2]);
	/* Atomic, because the program that was interrupted counts in the same place. */
	__sync_fetch_and_add(&count->seen, 1);
	if (bpf_ringbuf_output(ring, &r, sizeof(r), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&count->lost_full, 1);
	else
		__sync_fetch_and_add(&count->sent, 1);
	return 0;
}

ON_KERNEL_EVENT("page_fault_user") int on_user_fault(u64 *ctx)
{
	return send_fault(ctx);
}

ON_KERNEL_EVENT("page_fault_kernel") int on_kernel_fault(u64 *ctx)
{
	return send_fault(ctx);
}
#endif

#endif
