/* Facts about the current process: ids, limits, memory, credentials, control groups, executable. */
#ifndef READ_TASK_H
#define READ_TASK_H

#include "read_file.h"

/* Number of a pid in the namespace at `level`. */
INLINE s64 number_at(struct pid *pid, u32 level)
{
	s32 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)pid + FIELD_OFFSET(struct pid, numbers) + (level & 31) * sizeof(struct upid));
	return number;
}

/* The namespace that a pid belongs to. */
INLINE struct pid_namespace *namespace_of(struct pid *pid, u32 level)
{
	struct pid_namespace *ns = NULL;

	bpf_probe_read_kernel(&ns, sizeof(ns),
			      (void *)pid + FIELD_OFFSET(struct pid, numbers) + (level & 31) * sizeof(struct upid) + 8);
	return ns;
}

struct ids {
	s64 tid, pid, ptid, vtid, vpid, pgid, vpgid;
	u32 level;
	struct pid_namespace *ns;
};

INLINE struct ids ids_of(struct task_struct *task)
{
	struct ids ids = {};
	struct pid *own = LOAD(task, thread_pid);
	struct task_struct *leader = LOAD(task, group_leader);
	struct task_struct *parent = LOAD(task, real_parent);
	struct signal_struct *signal = LOAD(task, signal);
	struct pid *group;

	ids.tid = LOAD(task, pid);
	ids.pid = LOAD(task, tgid);
	ids.ptid = READ(parent, tgid);
	ids.level = READ(own, level);
	ids.ns = namespace_of(own, ids.level);
	ids.vtid = number_at(own, ids.level);
	ids.vpid = number_at(READ(leader, thread_pid), ids.level);
	group = READ(signal, pids[2]);
	ids.pgid = number_at(group, 0);
	/* A group of an outer namespace has no number in the own one. */
	ids.vpgid = READ(group, level) >= ids.level ? number_at(group, ids.level) : 0;
	return ids;
}

/* Start of the namespace's first process, nanoseconds since boot. */
INLINE u64 namespace_start(struct pid_namespace *ns)
{
	struct task_struct *reaper = READ(ns, child_reaper);

	return READ(reaper, start_time);
}

INLINE bool children_in_other_namespace(struct task_struct *task, struct ids *ids)
{
	struct nsproxy *proxy = LOAD(task, nsproxy);

	return ids->level != 0 || (proxy && READ(proxy, pid_ns_for_children) != ids->ns);
}

/* One of the counters of resident memory, in pages. */
INLINE s64 memory_counter(struct mm_struct *mm, u32 which)
{
	s64 pages = 0;

	if (HAS_FIELD(struct mm_struct___atomic, rss_stat.count)) {
		void *counts = (void *)mm + FIELD_OFFSET(struct mm_struct___atomic, rss_stat);

		bpf_probe_read_kernel(&pages, sizeof(pages), counts + which * sizeof(s64));
	} else {
		void *slots = (void *)mm + FIELD_OFFSET(struct mm_struct, rss_stat);

		bpf_probe_read_kernel(&pages, sizeof(pages),
				      slots + which * SIZE_OF_TYPE(struct percpu_counter) +
					      FIELD_OFFSET(struct percpu_counter, count));
	}
	return pages > 0 ? pages : 0;
}

/* Sizes of virtual, resident and swapped memory in kB. */
INLINE void put_memory(struct event *e, struct mm_struct *mm)
{
	/* Without memory all counters read zero. File, anonymous and shared pages are resident. */
	put_u32(e, READ(mm, total_vm) << 2);
	put_u32(e, (memory_counter(mm, 0) + memory_counter(mm, 1) + memory_counter(mm, 3)) << 2);
	put_u32(e, memory_counter(mm, 2) << 2);
}

/*
 * One of the sets of a process's credentials. Up to 6.2 it holds two 32-bit words, later one of 64 bits: the same in
 * memory, but not to relocation, so it is read as a whole.
 */
#define READ_CAPABILITIES(cred, set)                                                                                   \
	({                                                                                                             \
		u64 bits_ = 0;                                                                                         \
		bpf_probe_read_kernel(&bits_, sizeof(bits_), FIELD_ADDRESS(cred, set));                                \
		bits_;                                                                                                 \
	})

INLINE u64 capabilities(u64 bits)
{
	/* The numbering is the kernel's. */
	return bits & ((PPM_CAP_CHECKPOINT_RESTORE << 1) - 1);
}

INLINE u32 terminal_of(struct task_struct *task)
{
	struct signal_struct *signal = LOAD(task, signal);
	struct tty_struct *tty = READ(signal, tty);
	struct tty_driver *driver;

	if (!tty)
		return 0;
	driver = READ(tty, driver);
	return encode_device(READ(driver, major), READ(driver, minor_start) + READ(tty, index));
}

INLINE u32 login_user(struct task_struct *task)
{
	return HAS_FIELD(struct task_struct, loginuid) ? READ(task, loginuid.val) : (u32)-1;
}

/* Whether an id exists in a user namespace. */
INLINE bool id_mapped(struct uid_gid_map *map, u32 id)
{
	u32 extents = READ(map, nr_extents);

	/* More than five lie in a sorted array elsewhere; such maps cover ordinary ids. */
	if (extents > 5)
		return true;
	LOOP (u32 i = 0; i < 5; i++) {
		struct uid_gid_extent extent = {};

		if (i >= extents)
			break;
		bpf_probe_read_kernel(&extent, sizeof(extent),
				      (void *)map + FIELD_OFFSET(struct uid_gid_map, extent) + i * sizeof(extent));
		if (id - extent.lower_first < extent.count)
			return true;
	}
	return false;
}

#define SB_RDONLY 1
#define MNT_READONLY 0x40
#define S_IMMUTABLE 8
#define CAP_DAC_OVERRIDE 1
#define CAP_FOWNER 3
#define GROUPS_SEARCHED 32

INLINE bool in_group(struct cred *cred, u32 group)
{
	struct group_info *info = READ(cred, group_info);
	s32 count = info ? READ(info, ngroups) : 0;

	if (READ(cred, fsgid.val) == group)
		return true;
	LOOP (s32 i = 0; i < GROUPS_SEARCHED; i++) {
		u32 id = 0;

		if (i >= count)
			break;
		bpf_probe_read_kernel(&id, sizeof(id), (void *)info + FIELD_OFFSET(struct group_info, gid) + i * 4);
		if (id == group)
			return true;
	}
	return false;
}

/* Whether the credentials allow to write the file, without asking access lists. */
SUBPROGRAM int may_write(u64 cred_address, u64 file_address)
{
	struct cred *cred = (void *)cred_address;
	struct file *file = (void *)file_address;
	struct inode *inode = READ(file, f_inode);
	struct super_block *block = READ(inode, i_sb);
	struct vfsmount *mnt = READ(file, f_path.mnt);
	u32 mode = READ(inode, i_mode), kind = mode & S_IFMT;
	u32 owner = READ(inode, i_uid.val), group = READ(inode, i_gid.val);
	struct user_namespace *ns = READ(cred, user_ns);
	bool owner_mapped, group_mapped;
	u64 effective;

	if (kind == S_IFREG || kind == S_IFDIR || kind == S_IFLNK)
		if (READ(block, s_flags) & SB_RDONLY || READ(mnt, mnt_flags) & MNT_READONLY)
			return false;
	if (READ(inode, i_flags) & S_IMMUTABLE)
		return false;
	if (owner == (u32)-1 || group == (u32)-1)
		return false;
	/* The owner can change the mode, whatever it is now. */
	if (READ(cred, fsuid.val) == owner)
		return true;
	if (mode & (in_group(cred, group) ? 0020 : 0002))
		return true;
	effective = READ_CAPABILITIES(cred, cap_effective);
	if (!(effective & ((1 << CAP_DAC_OVERRIDE) | (1 << CAP_FOWNER))))
		return false;
	owner_mapped = id_mapped((void *)ns + FIELD_OFFSET(struct user_namespace, uid_map), owner);
	group_mapped = id_mapped((void *)ns + FIELD_OFFSET(struct user_namespace, gid_map), group);
	if (effective & (1 << CAP_DAC_OVERRIDE) && owner_mapped && group_mapped)
		return true;
	return effective & (1 << CAP_FOWNER) && owner_mapped;
}

#define NANOSECONDS 1000000000ULL
/* The kernel marks times that somebody has asked for in the highest bit. */
#define TIME_MARK 0x80000000u

INLINE u64 change_time(struct inode *inode)
{
	struct inode___split_times *split = (void *)inode;
	struct inode___hidden_times *hidden = (void *)inode;
	struct inode___plain_times *plain = (void *)inode;

	if (HAS_FIELD(struct inode___split_times, i_ctime_sec))
		return READ(split, i_ctime_sec) * NANOSECONDS + (READ(split, i_ctime_nsec) & ~TIME_MARK);
	if (HAS_FIELD(struct inode___hidden_times, __i_ctime))
		return READ(hidden, __i_ctime.tv_sec) * NANOSECONDS + READ(hidden, __i_ctime.tv_nsec);
	return READ(plain, i_ctime.tv_sec) * NANOSECONDS + READ(plain, i_ctime.tv_nsec);
}

INLINE u64 modify_time(struct inode *inode)
{
	struct inode___split_times *split = (void *)inode;
	struct inode___hidden_times *hidden = (void *)inode;
	struct inode___plain_times *plain = (void *)inode;

	if (HAS_FIELD(struct inode___split_times, i_mtime_sec))
		return READ(split, i_mtime_sec) * NANOSECONDS + (READ(split, i_mtime_nsec) & ~TIME_MARK);
	if (HAS_FIELD(struct inode___hidden_times, __i_mtime))
		return READ(hidden, __i_mtime.tv_sec) * NANOSECONDS + READ(hidden, __i_mtime.tv_nsec);
	return READ(plain, i_mtime.tv_sec) * NANOSECONDS + READ(plain, i_mtime.tv_nsec);
}

/* Whether the file lives in memory only. */
INLINE bool from_memory(struct file *file)
{
	struct dentry *dentry = READ(file, f_path.dentry);
	char name[8] = {};

	if (READ(dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel(name, 6, READ(dentry, d_name.name));
	return *(u64 *)name == 0x3a64666d656dULL; /* "memfd:" */
}

/* How the event tells about the executable. */
SUBPROGRAM u32 executable_flags(u64 cred_address, u64 file_address)
{
	struct file *file = (void *)file_address;
	struct inode *inode = READ(file, f_inode);
	enum layer layer = layer_of(inode, READ(READ(inode, i_sb), s_magic));
	u32 flags = 0;

	if (!file)
		return 0;
	if (may_write(cred_address, file_address))
		flags |= PPM_EXE_WRITABLE;
	if (layer == LAYER_UPPER)
		flags |= PPM_EXE_UPPER_LAYER;
	if (layer == LAYER_LOWER)
		flags |= PPM_EXE_LOWER_LAYER;
	if (from_memory(file))
		flags |= PPM_EXE_FROM_MEMFD;
	return flags;
}

INLINE struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___hidden_parent *hidden = (void *)node;
	struct kernfs_node___parent *plain = (void *)node;

	if (HAS_FIELD(struct kernfs_node___hidden_parent, __parent))
		return READ(hidden, __parent);
	return READ(plain, parent);
}

#define GROUP_DEPTH 32

/* One round of group_path(). False at the root, which has no name. */
SUBPROGRAM int group_up(u32 i)
{
	struct scratch *scratch = own_scratch();
	struct kernfs_node *node, *parent;
	u64 name;

	if (!scratch)
		return false;
	node = (void *)IN_MEMORY(scratch->walk.node);
	parent = parent_of(node);
	if (!parent)
		return false;
	name = (u64)READ(node, name);
	IN_MEMORY(scratch->walk.node) = (u64)parent;
	OPAQUE(i);
	if (i >= GROUP_DEPTH)
		return false;
	scratch->parts[i] = name;
	IN_MEMORY(scratch->parts_count) = i + 1;
	return true;
}

/* Puts the path of a control group into scratch->text; its size with the NUL. */
SUBPROGRAM u32 group_path(u64 node)
{
	struct scratch *scratch = own_scratch();

	if (!scratch)
		return 0;
	IN_MEMORY(scratch->parts_count) = 0;
	IN_MEMORY(scratch->walk.node) = node;
	LOOP (u32 i = 0; i < GROUP_DEPTH; i++)
		if (!group_up(i))
			break;
	return join_parts(scratch);
}

/* Appends `name=path` of one subsystem. Usually all have the same path, which is then walked once. */
INLINE void add_group(struct scratch *scratch, u32 at, u32 subsystem, const char *name, u32 name_size)
{
	struct cgroup_subsys_state *state = (void *)scratch->groups.states[subsystem & (GROUP_STATES - 1)];
	struct cgroup *group;
	u32 len = at + IN_MEMORY(scratch->groups.len), size;

	if (!state)
		return;
	group = READ(state, cgroup);
	if ((u64)group != IN_MEMORY(scratch->groups.group)) {
		IN_MEMORY(scratch->groups.size) = group_path((u64)READ(group, kn));
		IN_MEMORY(scratch->groups.group) = (u64)group;
	}
	for (u32 i = 0; i < name_size; i++)
		scratch->data[(len + i) & EVENT_MASK] = name[i];
	size = IN_MEMORY(scratch->groups.size) & 0x1fff;
	size = AT_MOST(size, PATH_LIMIT);
	bpf_probe_read_kernel(&scratch->data[(len + name_size) & EVENT_MASK], size, scratch->text);
	IN_MEMORY(scratch->groups.len) += name_size + size;
}

#define ADD_GROUP(scratch, at, id, text)                                                                               \
	do {                                                                                                           \
		if (HAS_ENUM(enum cgroup_subsys_id, id))                                                               \
			add_group(scratch, at, ENUM_VALUE(enum cgroup_subsys_id, id), text "=",                        \
				  sizeof(text "=") - 1);                                                               \
	} while (0)

/* Writes the control groups of a task at `at`; how many bytes. */
SUBPROGRAM u32 write_groups(u32 at, u64 set_address)
{
	struct css_set *set = (void *)set_address;
	struct scratch *scratch = own_scratch();

	if (!scratch)
		return 0;
	bpf_probe_read_kernel(scratch->groups.states, sizeof(scratch->groups.states),
			      (void *)set + FIELD_OFFSET(struct css_set, subsys));
	IN_MEMORY(scratch->groups.group) = 0;
	IN_MEMORY(scratch->groups.len) = 0;
	ADD_GROUP(scratch, at, cpuset_cgrp_id, "cpuset");
	ADD_GROUP(scratch, at, cpu_cgrp_id, "cpu");
	ADD_GROUP(scratch, at, cpuacct_cgrp_id, "cpuacct");
	ADD_GROUP(scratch, at, io_cgrp_id, "io");
	ADD_GROUP(scratch, at, memory_cgrp_id, "memory");
	return IN_MEMORY(scratch->groups.len);
}

#endif
