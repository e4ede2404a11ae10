/* From a hook that many calls pass to the program of the call; and the program of calls without one of their own. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "call.h"

#if defined(FEXIT)
/*
 * Calls that a filter of the thread (seccomp) refuses or answers never come to their functions. This is on the function
 * that asks the filters, which returns -1 for them, and hands over to their programs, which are on that function too.
 */
SECTION("fexit/refusal") int on_refusal(void *ctx)
{
	struct task_struct *task = current_task();
	struct pt_regs *regs = bpf_task_pt_regs(task);
	struct scratch *scratch;
	u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	if (likely((s32)ret != -1))
		return 0;
	scratch = own_scratch();
	if (!scratch)
		return 0;
	scratch->refused = true;
	bpf_tail_call(ctx, &calls, call_number(regs, task, result_register(regs)));
	scratch->refused = false;
	return 0;
}
#elif !defined(NATIVE)
ON_SYSCALL_EXIT int dispatch(void *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)((u64 *)ctx)[0];

	bpf_tail_call(ctx, &calls, call_number(regs, current_task(), ((u64 *)ctx)[1]));
	return 0;
}
#endif

/* Every call without a program of its own. */
ON_SYSCALL_EXIT int sys_generic(void *ctx)
{
	struct call c = {};
	struct call_info *info;
	u32 number;

	call_begin(&c, ctx, EVT_GENERIC_X, false);
	number = call_number(c.regs, c.task, c.ret);
	info = bpf_map_lookup_elem(&call_infos, &number);
	if (!info || !call_event(&c, EVT_GENERIC_X, EVT_GENERIC_X_NPARAMS, LOSS_OTHER))
		return 0;
	put_u16(&c.event, info->code);
	put_u16(&c.event, number);
	event_send(&c.event);
	return 0;
}

#endif
