/* The system as a whole: mounts, modules, quotas, keys, tracing of processes, semaphores, bpf. */
#ifndef EVENTS_SYSTEM_H
#define EVENTS_SYSTEM_H

#include "../call.h"

CALL(mount, SYSCALL_MOUNT_X)
{
	u64 flags = arg(c, 3);

	/* Old programs put a magic number into the upper half. */
	if ((flags & 0xffff0000) == 0xc0ed0000)
		flags &= 0xffff;
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_path(e, arg(c, 2));
	put_u32(e, flags);
}

CALL(umount2, SYSCALL_UMOUNT2_X)
{
	u32 flags = arg(c, 1) & 0xf;

#if defined(__TARGET_ARCH_x86)
	/* The old 32-bit umount has no flags. */
	if (c->compat && native_number(c->regs) == 22)
		flags = 0;
#endif
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, flags);
}

CALL(init_module, SYSCALL_INIT_MODULE_X)
{
	put_s64(e, c->ret);
	put_user_bytes(e, arg(c, 0), arg(c, 1) < e->control->snaplen ? arg(c, 1) : e->control->snaplen);
	put_u64(e, arg(c, 1));
	put_path(e, arg(c, 2));
}

CALL(finit_module, SYSCALL_FINIT_MODULE_X)
{
	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2) & 7);
}

CALL(delete_module, SYSCALL_DELETE_MODULE_X)
{
	u64 flags = arg(c, 1);

	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, WHEN(01000, PPM_DELETE_MODULE_O_TRUNC) | WHEN(04000, PPM_DELETE_MODULE_O_NONBLOCK));
}

CALL(bpf, SYSCALL_BPF_2_X)
{
	put_s64(e, c->ret);
	put_s32(e, arg(c, 0));
}

CALL(fsconfig, SYSCALL_FSCONFIG_X)
{
	u32 command = arg(c, 1);

	put_s64(e, c->ret);
	put_fd(e, arg(c, 0));
	put_u32(e, command);
	put_path(e, arg(c, 2));
	if (c->ret >= 0 && command == PPM_FSCONFIG_SET_BINARY) {
		put_user_bytes(e, arg(c, 3), (u32)arg(c, 4));
		put_empty(e);
	} else if (c->ret >= 0 && (command == PPM_FSCONFIG_SET_STRING || command == PPM_FSCONFIG_SET_PATH ||
				   command == PPM_FSCONFIG_SET_PATH_EMPTY)) {
		put_empty(e);
		put_path(e, arg(c, 3));
	} else {
		put_empty(e);
		put_empty(e);
	}
	put_s32(e, arg(c, 4));
}

/* What quotactl reads and writes: limits and use of one user. */
struct quota_block {
	u64 bhardlimit, bsoftlimit, curspace, ihardlimit, isoftlimit, curinodes, btime, itime;
	u32 valid;
};

/* Grace times of a file system. */
struct quota_info {
	u64 bgrace, igrace;
	u32 flags, valid;
};

CALL(quotactl, SYSCALL_QUOTACTL_X)
{
	u32 code = arg(c, 0);
	u16 command = quota_command(code >> 8);
	struct quota_block block = {};
	struct quota_info info = {};
	u8 format_out = PPM_QFMT_NOT_USED;
	bool about_id;

	if (command == PPM_Q_GETQUOTA || command == PPM_Q_SETQUOTA)
		bpf_probe_read_user(&block, sizeof(block), (void *)arg(c, 3));
	if (command == PPM_Q_GETINFO || command == PPM_Q_SETINFO)
		bpf_probe_read_user(&info, sizeof(info), (void *)arg(c, 3));
	if (command == PPM_Q_GETFMT)
		format_out = quota_format(READ_USER(u32, arg(c, 3)));
	about_id = command == PPM_Q_GETQUOTA || command == PPM_Q_SETQUOTA || command == PPM_Q_XGETQUOTA ||
		   command == PPM_Q_XSETQLIM;

	put_s64(e, c->ret);
	put_path(e, arg(c, 1));
	if (command == PPM_Q_QUOTAON)
		put_path(e, arg(c, 3));
	else
		put_empty(e);
	put_u64(e, block.valid & 1 ? block.bhardlimit : 0);
	put_u64(e, block.valid & 1 ? block.bsoftlimit : 0);
	put_u64(e, block.valid & 2 ? block.curspace : 0);
	put_u64(e, block.valid & 4 ? block.ihardlimit : 0);
	put_u64(e, block.valid & 4 ? block.isoftlimit : 0);
	put_u64(e, block.valid & 16 ? block.btime : 0);
	put_u64(e, block.valid & 32 ? block.itime : 0);
	put_u64(e, info.valid & 1 ? info.bgrace : 0);
	put_u64(e, info.valid & 2 ? info.igrace : 0);
	put_u8(e, !(info.valid & 4)	? 0 :
		  info.flags & 1 ? PPM_V1_DQF_RSQUASH :
					  PPM_DQF_NONE);
	put_u8(e, format_out);
	put_u16(e, command);
	put_u8(e, (code & 0xff) == 0 ? PPM_USRQUOTA : (code & 0xff) == 1 ? PPM_GRPQUOTA : 0);
	put_u32(e, about_id ? arg(c, 2) : 0);
	put_u8(e, command == PPM_Q_QUOTAON ? quota_format(arg(c, 2)) : PPM_QFMT_NOT_USED);
}

/* One argument of keyctl: a string, or a number. */
INLINE void put_key_argument(struct event *e, u64 value, bool string)
{
	u8 *end = event_end(e);
	long size;

	if (!string) {
		put_dynamic_u64(e, PPM_KEYCTL_IDX_INT64, value);
		return;
	}
	end[0] = PPM_KEYCTL_IDX_CHARBUF;
	size = value ? bpf_probe_read_user_str(&end[1], PATH_LIMIT, (void *)value) : 0;
	if (size <= 0) {
		end[1] = 0;
		size = 1;
	}
	put_written(e, ((u32)size & 0x1fff) + 1);
}

CALL(keyctl, SYSCALL_KEYCTL_X)
{
	u32 operation = arg(c, 0);
	/* How many arguments the operation has, and which of them are strings: one bit each. */
	u32 count = 4, strings = 0;

	switch (operation) {
	case PPM_KEYCTL_JOIN_SESSION_KEYRING:
		count = 1;
		strings = 1;
		break;
	case PPM_KEYCTL_SEARCH:
		strings = 2 | 4;
		break;
	case PPM_KEYCTL_RESTRICT_KEYRING:
		count = 3;
		strings = 2 | 4;
		break;
	case PPM_KEYCTL_PKEY_QUERY:
		count = 3;
		strings = 4;
		break;
	case PPM_KEYCTL_PKEY_ENCRYPT:
	case PPM_KEYCTL_PKEY_DECRYPT:
	case PPM_KEYCTL_PKEY_SIGN:
	case PPM_KEYCTL_PKEY_VERIFY:
		strings = 2;
		break;
	case PPM_KEYCTL_SESSION_TO_PARENT:
		count = 0;
		break;
	case PPM_KEYCTL_REVOKE:
	case PPM_KEYCTL_CLEAR:
	case PPM_KEYCTL_INVALIDATE:
	case PPM_KEYCTL_SET_REQKEY_KEYRING:
	case PPM_KEYCTL_ASSUME_AUTHORITY:
		count = 1;
		break;
	case PPM_KEYCTL_GET_KEYRING_ID:
	case PPM_KEYCTL_SETPERM:
	case PPM_KEYCTL_LINK:
	case PPM_KEYCTL_UNLINK:
	case PPM_KEYCTL_SET_TIMEOUT:
	case PPM_KEYCTL_GET_PERSISTENT:
	case PPM_KEYCTL_CAPABILITIES:
		count = 2;
		break;
	case PPM_KEYCTL_UPDATE:
	case PPM_KEYCTL_CHOWN:
	case PPM_KEYCTL_DESCRIBE:
	case PPM_KEYCTL_READ:
	case PPM_KEYCTL_NEGATE:
	case PPM_KEYCTL_GET_SECURITY:
	case PPM_KEYCTL_WATCH_KEY:
		count = 3;
		break;
	}
	put_s64(e, c->ret);
	put_u32(e, operation);
	put_key_argument(e, count > 0 ? signed_arg(c, 1) : 0, strings & 1);
	put_key_argument(e, count > 1 ? signed_arg(c, 2) : 0, strings & 2);
	put_key_argument(e, count > 2 ? signed_arg(c, 3) : 0, strings & 4);
	put_key_argument(e, count > 3 ? signed_arg(c, 4) : 0, false);
}

CALL(ptrace, SYSCALL_PTRACE_X)
{
	u16 request = ptrace_request(arg(c, 0));
	u64 data = arg(c, 3);
	bool signal = false;

	switch (request) {
	case PPM_PTRACE_PEEKTEXT:
	case PPM_PTRACE_PEEKDATA:
	case PPM_PTRACE_PEEKUSR:
		data = c->ret >= 0 ? user_word(c, data) : 0;
		break;
	case PPM_PTRACE_CONT:
	case PPM_PTRACE_SINGLESTEP:
	case PPM_PTRACE_DETACH:
	case PPM_PTRACE_SYSCALL:
		signal = true;
		break;
	}
	put_s64(e, c->ret);
	put_dynamic_u64(e, PPM_PTRACE_IDX_UINT64, c->ret >= 0 ? arg(c, 2) : 0);
	if (signal && c->ret >= 0)
		put_dynamic_u8(e, PPM_PTRACE_IDX_SIGTYPE, data);
	else
		put_dynamic_u64(e, PPM_PTRACE_IDX_UINT64, c->ret >= 0 ? data : 0);
	put_u16(e, request);
	put_s64(e, (s32)arg(c, 1));
}

CALL(semget, SYSCALL_SEMGET_X)
{
	u64 flags = arg(c, 2);

	put_s64(e, c->ret);
	put_s32(e, arg(c, 0));
	put_s32(e, arg(c, 1));
	put_u32(e, WHEN(01000, PPM_IPC_CREAT) | WHEN(02000, PPM_IPC_EXCL));
}

struct semaphore_operation {
	u16 number;
	s16 operation;
	u16 flags;
};

CALL(semop, SYSCALL_SEMOP_X)
{
	struct semaphore_operation operations[2] = {};
	u32 count = arg(c, 2);

	if (count == 1)
		bpf_probe_read_user(operations, sizeof(operations[0]), (void *)arg(c, 1));
	else if (count > 1)
		bpf_probe_read_user(operations, sizeof(operations), (void *)arg(c, 1));
	put_s64(e, c->ret);
	put_u32(e, count);
	for (int i = 0; i < 2; i++) {
		put_u16(e, operations[i].number);
		put_s16(e, operations[i].operation);
		put_u16(e, semaphore_flags(operations[i].flags));
	}
	put_s32(e, arg(c, 0));
}

CALL(semctl, SYSCALL_SEMCTL_X)
{
	u16 command = semctl_command(arg(c, 2));

	put_s64(e, c->ret);
	put_s32(e, arg(c, 0));
	put_s32(e, arg(c, 1));
	put_u16(e, command);
	put_s32(e, command == PPM_SETVAL ? arg(c, 3) : 0);
}

#endif
