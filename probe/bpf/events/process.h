/* Processes: creation, execution, end, and what they set about themselves. */
#ifndef EVENTS_PROCESS_H
#define EVENTS_PROCESS_H

#include "../read_task.h"

/* Bytes of exe and args together, and of env. */
#define STRINGS_LIMIT 4096

/* Appends exe and args as the process sees them: one string, then the others with their NULs. */
INLINE void put_own_args(struct event *e, struct mm_struct *mm)
{
	u64 start = READ(mm, arg_start), end = READ(mm, arg_end), size = end - start, rest;
	long exe = 0;

	if (start && end > start)
		exe = read_user_string(event_end(e), STRINGS_LIMIT, start);
	if (exe <= 0) {
		put_empty(e);
		put_empty(e);
		return;
	}
	put_written(e, (u32)exe & 0x1fff);
	rest = size > (u64)exe ? size - exe : 0;
	if (size > STRINGS_LIMIT) {
		rest = STRINGS_LIMIT - exe;
		event_truncated(e);
	}
	event_settle(e);
	put_user_bytes(e, start + exe, rest & 0xfff);
	event_settle(e);
}

INLINE void put_own_env(struct event *e, struct mm_struct *mm)
{
	u64 start = READ(mm, env_start), end = READ(mm, env_end);
	u64 size = end > start ? end - start : 0;

	if (size > STRINGS_LIMIT) {
		size = STRINGS_LIMIT;
		event_truncated(e);
	}
	put_user_bytes(e, start, size & 0x1fff);
	event_settle(e);
}

#define STRINGS_READ 64

/* One round of write_strings(): element `i`. False at the end. */
SUBPROGRAM int write_string(u32 at, u64 array, u32 i, u32 compat)
{
	struct scratch *scratch = own_scratch();
	u64 slot = array + i * (compat ? 4ULL : 8ULL);
	u64 string = compat ? READ_USER(u32, slot) : READ_USER(u64, slot);
	u32 len, room;
	long size;

	if (!scratch)
		return false;
	len = IN_MEMORY(scratch->len);
	room = STRINGS_LIMIT - len;
	if (!string || len >= STRINGS_LIMIT || room > STRINGS_LIMIT)
		return false;
	size = read_user_string(&scratch->data[(at + len) & EVENT_MASK], room, string);
	if (size <= 0)
		return false;
	IN_MEMORY(scratch->len) = len + size;
	return true;
}

/* Writes the strings of a user array from element `first` on at `at`, their NULs included; how many bytes. */
SUBPROGRAM u32 write_strings(u32 at, u64 array, u32 first, u32 compat)
{
	struct scratch *scratch = own_scratch();

	if (!scratch || !array)
		return 0;
	IN_MEMORY(scratch->len) = 0;
	LOOP (u32 i = 0; i < STRINGS_READ; i++)
		if (!write_string(at, array, first + i, compat))
			break;
	return IN_MEMORY(scratch->len);
}

/* Appends the parameters that creation and execution share, from tid up to the memory sizes. */
INLINE void put_identity(struct event *e, struct task_struct *task, struct ids *ids)
{
	struct signal_struct *signal = LOAD(task, signal);

	put_s64(e, ids->tid);
	put_s64(e, ids->pid);
	put_s64(e, ids->ptid);
	put_empty(e); /* cwd: known to the consumer */
	put_u64(e, READ(signal, rlim[7].rlim_cur));
	put_u64(e, LOAD(task, maj_flt));
	put_u64(e, LOAD(task, min_flt));
	put_memory(e, LOAD(task, mm));
	put_kernel_string(e, FIELD_ADDRESS(task, comm), 16);
	event_settle(e);
	put_written(e, write_groups(e->len, (u64)READ(task, cgroups)) & EVENT_MASK);
	event_settle(e);
}

/* The event of one side of a process creation. `task` is the caller or the new process. */
INLINE void fill_creation(struct event *e, struct task_struct *task, s64 ret, u32 flags)
{
	struct ids ids = ids_of(task);
	struct cred *cred = LOAD(task, cred);

	put_s64(e, ret);
	if (ret >= 0) {
		put_own_args(e, LOAD(task, mm));
	} else {
		put_empty(e);
		put_empty(e);
	}
	put_identity(e, task, &ids);
	if (children_in_other_namespace(task, &ids))
		flags |= PPM_CL_CHILD_IN_PIDNS;
	put_u32(e, flags);
	put_u32(e, READ(cred, euid.val));
	put_u32(e, READ(cred, egid.val));
	put_s64(e, ids.vtid);
	put_s64(e, ids.vpid);
	put_u64(e, namespace_start(ids.ns));
}

#if defined(__TARGET_ARCH_x86)
#define CALL_CLONE 56
#define CALL_FORK 57
#define CALL_VFORK 58
#else
#define CALL_CLONE 220
#endif
#define CALL_CLONE3 435

CALL_OF_KIND(clone, SYSCALL_CLONE_20_X, LOSS_CREATION)
{
	fill_creation(e, c->task, c->ret, clone_flags(arg(c, 0)));
}

CALL_OF_KIND(clone3, SYSCALL_CLONE3_X, LOSS_CREATION)
{
	fill_creation(e, c->task, c->ret, clone_flags(READ_USER(u64, arg(c, 0))));
}

#if defined(__TARGET_ARCH_x86)
CALL_OF_KIND(fork, SYSCALL_FORK_20_X, LOSS_CREATION)
{
	fill_creation(e, c->task, c->ret, 0);
}

CALL_OF_KIND(vfork, SYSCALL_VFORK_20_X, LOSS_CREATION)
{
	fill_creation(e, c->task, c->ret, PPM_CL_CLONE_VFORK | PPM_CL_CLONE_VM);
}
#endif

#if defined(PORTABLE)
#define PF_IO_WORKER 0x10
#define PF_KTHREAD 0x00200000

/* The call that creates a process, as far as the process itself tells. */
INLINE u32 creation_call(struct task_struct *parent, struct task_struct *child, u32 *flags)
{
	if (READ(child, flags) & (PF_KTHREAD | PF_IO_WORKER))
		return 0;
	if (READ(child, tgid) != READ(child, pid))
		*flags |= PPM_CL_CLONE_THREAD | PPM_CL_CLONE_SIGHAND | PPM_CL_CLONE_VM;
	if (READ(child, files) == READ(parent, files))
		*flags |= PPM_CL_CLONE_FILES;
	return EVT_SYSCALL_CLONE_20_X;
}
#else
/* The event type of the call in which the current thread creates a process; 0 when it creates something else. */
INLINE u32 creation_call(struct task_struct *parent, struct task_struct *child, u32 *flags)
{
	struct call c = { .task = current_task() };

	c.regs = bpf_task_pt_regs(c.task);
	c.compat = is_compat(c.task);
	switch (call_number(c.regs, c.task, 0)) {
	case CALL_CLONE:
		*flags = clone_flags(arg(&c, 0));
		return EVT_SYSCALL_CLONE_20_X;
	case CALL_CLONE3:
		*flags = clone_flags(READ_USER(u64, arg(&c, 0)));
		return EVT_SYSCALL_CLONE3_X;
#if defined(__TARGET_ARCH_x86)
	case CALL_FORK:
		return EVT_SYSCALL_FORK_20_X;
	case CALL_VFORK:
		*flags = PPM_CL_CLONE_VFORK | PPM_CL_CLONE_VM;
		return EVT_SYSCALL_VFORK_20_X;
#endif
	default:
		return 0;
	}
}
#endif

/* The new process, where its own return from the call passes no hook. */
ON_KERNEL_EVENT("sched_process_fork") int on_fork(u64 *ctx)
{
	struct task_struct *child = (struct task_struct *)ctx[1], *parent = (struct task_struct *)ctx[0];
	struct event event, *e = &event;
	u32 flags = 0, type = creation_call(parent, child, &flags), zero = 0;
	struct control *settings = bpf_map_lookup_elem(&control, &zero);

	if (!type || !settings || READ(child, tgid) == settings->own_process)
		return 0;
	if (!event_begin_for(e, type, EVT_SYSCALL_CLONE_20_X_NPARAMS, READ(child, pid), LOSS_CREATION))
		return 0;
	fill_creation(e, child, 0, flags);
	event_send(e);
	return 0;
}

/* Appends what execution events tell after env. */
INLINE void put_execution(struct event *e, struct task_struct *task, struct ids *ids)
{
	struct cred *cred = LOAD(task, cred);
	struct mm_struct *mm = LOAD(task, mm);
	struct file *file = READ(mm, exe_file);
	struct inode *inode = READ(file, f_inode);

	put_u32(e, terminal_of(task));
	put_s64(e, ids->vpgid);
	put_u32(e, login_user(task));
	put_u32(e, executable_flags((u64)READ(task, cred), (u64)file));
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_inheritable)));
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_permitted)));
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_effective)));
	put_u64(e, READ(inode, i_ino));
	put_u64(e, change_time(inode));
	put_u64(e, modify_time(inode));
	put_u32(e, READ(cred, euid.val));
	put_text(e, path_of((u64)file));
	event_settle(e);
	put_s64(e, ids->pgid);
	put_u32(e, READ(cred, egid.val));
}

/* A successful execution. */
ON_KERNEL_EVENT("sched_process_exec") int on_exec(u64 *ctx)
{
	struct linux_binprm *program = (struct linux_binprm *)ctx[2];
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct event event, *e = &event;
	struct mm_struct *mm;
	struct ids ids;

	if (!event_begin_for(e, EVT_SYSCALL_EXECVE_19_X, EVT_SYSCALL_EXECVE_19_X_NPARAMS, current_tid(), LOSS_EXECUTION))
		return 0;
	mm = LOAD(task, mm);
	ids = ids_of(task);
	put_s64(e, 0);
	put_own_args(e, mm);
	put_identity(e, task, &ids);
	put_own_env(e, mm);
	put_execution(e, task, &ids);
	put_kernel_string(e, LOAD(program, filename), PATH_LIMIT);
	event_send(e);
	return 0;
}

/* An execution that failed: the process is as before, names and strings are those that it asked for. */
INLINE void fill_failed_execution(struct call *c, struct event *e, u64 argv, u64 envp)
{
	struct ids ids = ids_of(c->task);

	put_s64(e, c->ret);
	put_path(e, user_word(c, argv));
	event_settle(e);
	put_written(e, write_strings(e->len, argv, 1, c->compat) & 0x1fff);
	put_identity(e, c->task, &ids);
	put_written(e, write_strings(e->len, envp, 0, c->compat) & 0x1fff);
	put_execution(e, c->task, &ids);
}

/* Success is reported by on_exec(): a program that was replaced has no arguments to read. */
#define FAILED_EXECUTION(name, type) DEFINE_CALL_UNLESS(c.ret == 0, name, type, LOSS_EXECUTION, false)

FAILED_EXECUTION(execve, SYSCALL_EXECVE_19_X)
{
	fill_failed_execution(c, e, arg(c, 1), arg(c, 2));
	put_path(e, arg(c, 0));
}

FAILED_EXECUTION(execveat, SYSCALL_EXECVEAT_X)
{
	fill_failed_execution(c, e, arg(c, 2), arg(c, 3));
}

#define PF_EXITING 4
#define THREADS_SEARCHED 30
#define ANCESTORS_SEARCHED 60

/* A thread of the group that is not about to end: its number, 0 when there is none, -1 when the search was too long. */
SUBPROGRAM s64 live_thread(u64 group)
{
	struct signal_struct *signal = (void *)group;
	u64 head = (u64)FIELD_ADDRESS(signal, thread_head);
	u64 node = (u64)READ(signal, thread_head.next);

	LOOP (u32 i = 0; i < THREADS_SEARCHED; i++) {
		struct task_struct *thread = (void *)node - FIELD_OFFSET(struct task_struct, thread_node);

		if (!node || node == head)
			return 0;
		if (!(READ(thread, flags) & PF_EXITING))
			return READ(thread, pid);
		node = (u64)READ(thread, thread_node.next);
	}
	return -1;
}

INLINE u32 level_of(struct task_struct *task)
{
	return READ(READ(task, thread_pid), level);
}

/* Who becomes the parent of the children of a task that ends: 0 without children, -1 when it was not found. */
SUBPROGRAM s64 reaper_of(u64 task_address)
{
	struct task_struct *task = (void *)task_address;
	struct signal_struct *signal = READ(task, signal);
	u32 level = level_of(task);
	struct task_struct *init = READ(namespace_of(READ(task, thread_pid), level), child_reaper);
	struct task_struct *ancestor;
	s64 thread;

	if (READ(task, children.next) == FIELD_ADDRESS(task, children))
		return 0;
	thread = live_thread((u64)signal);
	if (thread)
		return thread;
	if (READ(init, tgid) == READ(task, tgid))
		return 0;
	if (!READ_BITS(signal, has_child_subreaper))
		return READ(init, pid);
	ancestor = READ(task, real_parent);
	LOOP (u32 i = 0; i < ANCESTORS_SEARCHED; i++) {
		struct signal_struct *group;

		if (ancestor == init || level_of(ancestor) != level)
			return READ(init, pid);
		group = READ(ancestor, signal);
		if (READ_BITS(group, is_child_subreaper)) {
			thread = live_thread((u64)group);
			if (thread)
				return thread;
		}
		ancestor = READ(ancestor, real_parent);
	}
	return -1;
}

ON_KERNEL_EVENT("sched_process_exit") int on_exit(u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct event event, *e = &event;
	struct slot *slot = slot_of(current_tid());
	s32 code;

	/* Threads of the kernel are of no interest. */
	if (READ(task, flags) & 0x00200000)
		return 0;
	/* A call whose end was not seen, because the set of calls changed meanwhile, keeps its slot until here. */
	if (slot && slot->owner == current_tid())
		slot->owner = 0;
	if (!event_begin_for(e, EVT_PROCEXIT_1_E, EVT_PROCEXIT_1_E_NPARAMS, current_tid(), LOSS_END))
		return 0;
	code = LOAD(task, exit_code);
	put_s64(e, code);
	put_s64(e, (code >> 8) & 0xff);
	put_u8(e, code & 0x7f);
	put_u8(e, (code & 0x80) != 0);
	put_s64(e, reaper_of(bpf_get_current_task()));
	event_send(e);
	return 0;
}

CALL(setsid, SYSCALL_SETSID_X)
{
	put_s64(e, c->ret);
}

CALL(setpgid, SYSCALL_SETPGID_X)
{
	put_s64(e, c->ret);
	put_s64(e, (s32)arg(c, 0));
	put_s64(e, (s32)arg(c, 1));
}

#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_GET_CHILD_SUBREAPER 37

CALL(prctl, SYSCALL_PRCTL_X)
{
	u32 option = arg(c, 0);

	put_s64(e, c->ret);
	put_u32(e, option);
	if (option == PR_SET_NAME || option == PR_GET_NAME) {
		put_user_string(e, arg(c, 1), 16);
		put_s64(e, 0);
		return;
	}
	put_empty(e);
	put_s64(e, option == PR_GET_CHILD_SUBREAPER ? READ_USER(s32, arg(c, 1)) : signed_arg(c, 1));
}

CALL(capset, SYSCALL_CAPSET_X)
{
	struct cred *cred = LOAD(c->task, cred);

	put_s64(e, c->ret);
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_inheritable)));
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_permitted)));
	put_u64(e, capabilities(READ_CAPABILITIES(cred, cap_effective)));
}

CALL(unshare, SYSCALL_UNSHARE_X)
{
	put_s64(e, c->ret);
	put_u32(e, clone_flags(arg(c, 0)));
}

CALL(setns, SYSCALL_SETNS_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, clone_flags(arg(c, 1)));
}

CALL(seccomp, SYSCALL_SECCOMP_X)
{
	put_s64(e, c->ret);
	put_u64(e, (u32)arg(c, 0));
	put_u64(e, (u32)arg(c, 1));
}

/* A limit that user space gives or gets, two machine words. */
INLINE void put_limits(struct call *c, struct event *e, u64 address, bool wide)
{
	s64 values[2] = {};

	if (c->compat && !wide) {
		s32 words[2] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)address);
		values[0] = words[0];
		values[1] = words[1];
	} else {
		bpf_probe_read_user(values, sizeof(values), (void *)address);
	}
	put_s64(e, values[0]);
	put_s64(e, values[1]);
}

INLINE void put_no_limits(struct event *e)
{
	put_s64(e, -1);
	put_s64(e, -1);
}

CALL(getrlimit, SYSCALL_GETRLIMIT_X)
{
	put_s64(e, c->ret);
	if (c->ret == 0)
		put_limits(c, e, arg(c, 1), false);
	else
		put_no_limits(e);
	put_u8(e, rlimit_resource(arg(c, 0)));
}

CALL(setrlimit, SYSCALL_SETRLIMIT_X)
{
	put_s64(e, c->ret);
	put_limits(c, e, arg(c, 1), false);
	put_u8(e, rlimit_resource(arg(c, 0)));
}

CALL(prlimit64, SYSCALL_PRLIMIT_X)
{
	put_s64(e, c->ret);
	put_limits(c, e, arg(c, 2), true);
	if (c->ret == 0)
		put_limits(c, e, arg(c, 3), true);
	else
		put_no_limits(e);
	put_s64(e, (s32)arg(c, 0));
	put_u8(e, rlimit_resource(arg(c, 1)));
}

#endif
