/* Facts about files: from descriptor to file, device and inode, overlay layers, paths. */
#ifndef READ_FILE_H
#define READ_FILE_H

#include "call.h"

#define OVERLAY_MAGIC 0x794c7630
#define S_IFMT 0170000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFLNK 0120000
#define S_IFSOCK 0140000
#define FMODE_CREATED 0x100000
/* Longest name of a path's part, its NUL included. */
#define NAME_LIMIT 256

/* The open file behind a descriptor of the current thread; null when there is none. */
INLINE struct file *file_of(struct task_struct *task, s32 fd)
{
	struct files_struct *files = LOAD(task, files);
	struct fdtable *table;
	struct file **slots, *file = NULL;

	if (fd < 0 || !files)
		return NULL;
	table = LOAD(files, fdt);
	if (!table || (u32)fd >= LOAD(table, max_fds))
		return NULL;
	slots = LOAD(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + (u32)fd);
	return file;
}

/* Layer of an overlay file system that a file comes from. */
enum layer { LAYER_NONE, LAYER_UPPER, LAYER_LOWER };

INLINE enum layer layer_of(struct inode *inode, u64 magic)
{
	struct dentry *upper = NULL;

	if (magic != OVERLAY_MAGIC)
		return LAYER_NONE;
	/* The overlay's own structure follows the inode; its first member is the file in the upper layer. */
	bpf_probe_read_kernel(&upper, sizeof(upper), (void *)inode + SIZE_OF_TYPE(struct inode));
	return upper && READ(upper, d_inode) ? LAYER_UPPER : LAYER_LOWER;
}

struct file_facts {
	u32 device;
	u64 inode;
	enum layer layer;
	bool created;
};

#ifndef PORTABLE
/*
 * The open file behind one of the first descriptors, in a form whose fields can be loaded without a helper: the verifier
 * knows the type of what lies at a fixed place. Null for others.
 */
INLINE struct file *typed_file_of(struct task_struct *task, u32 fd)
{
	struct files_struct *files = task->files;
	void *own = FIELD_ADDRESS(files, fd_array);
	struct file *file = NULL;

	if (files->fdt->max_fds != OWN_DESCRIPTORS)
		return NULL;
	/* Each load is written out, as the compiler would make one of them all, at a place that varies. */
#define LOAD_FILE(n)                                                                                                   \
	case n:                                                                                                        \
		asm volatile("%0 = *(u64 *)(%1 + " #n " * 8)" : "=r"(file) : "r"(own));                                \
		break
#define LOAD_FILES(a, b, c, d)                                                                                         \
	LOAD_FILE(a);                                                                                                  \
	LOAD_FILE(b);                                                                                                  \
	LOAD_FILE(c);                                                                                                  \
	LOAD_FILE(d)
	switch (fd) {
		LOAD_FILES(0, 1, 2, 3);
		LOAD_FILES(4, 5, 6, 7);
		LOAD_FILES(8, 9, 10, 11);
		LOAD_FILES(12, 13, 14, 15);
		LOAD_FILES(16, 17, 18, 19);
		LOAD_FILES(20, 21, 22, 23);
		LOAD_FILES(24, 25, 26, 27);
		LOAD_FILES(28, 29, 30, 31);
	}
	return file;
}
#endif

/* What open events tell about the new descriptor; zeros when the call failed. */
INLINE struct file_facts facts_of(struct task_struct *task, long fd)
{
	struct file_facts facts = {};
	struct file *file = fd >= 0 ? file_of(task, fd) : NULL;
	struct super_block *block;
	struct inode *inode;
	u32 mode, device;
	u64 magic;

	if (!file)
		return facts;
	READ_TWO(file, f_inode, inode, f_mode, mode);
	READ_TWO(inode, i_sb, block, i_ino, facts.inode);
	READ_TWO(block, s_dev, device, s_magic, magic);
	facts.device = user_device(device);
	facts.layer = layer_of(inode, magic);
	facts.created = mode & FMODE_CREATED;
	return facts;
}

/* The same in less time where it can be had, at the price of more work for the verifier. */
INLINE struct file_facts quick_facts_of(struct task_struct *task, long fd)
{
#ifndef PORTABLE
	struct file *file = fd >= 0 ? typed_file_of(task, fd) : NULL;
	struct file_facts facts = {};

	if (likely(file)) {
		struct inode *inode = file->f_inode;
		struct super_block *block = inode->i_sb;

		facts.inode = inode->i_ino;
		facts.device = user_device(block->s_dev);
		facts.layer = layer_of(inode, block->s_magic);
		facts.created = file->f_mode & FMODE_CREATED;
		return facts;
	}
#endif
	return facts_of(task, fd);
}

/* Where the call of a thread is described from its start to its end. */
INLINE struct slot *slot_of(u64 tid)
{
	u32 index = tid & (SLOTS - 1);

	return bpf_map_lookup_elem(&slots, &index);
}

/*
 * One round of join_parts(), a function of its own like those of other long loops: the verifier checks it once, not once
 * per round. False when there is no room for further names.
 */
SUBPROGRAM int join_part(u32 part)
{
	struct scratch *scratch = own_scratch();
	u32 at;
	u64 name;
	long size;

	if (!scratch || part >= PATH_PARTS)
		return false;
	/* Room for one more name stays, so the mask below never cuts. */
	at = IN_MEMORY(scratch->len);
	if (at > PATH_LIMIT - 2 * NAME_LIMIT)
		return false;
	name = scratch->parts[part];
	if (name) {
		at &= PATH_LIMIT - 1;
		scratch->text[at] = '/';
		size = bpf_probe_read_kernel_str(&scratch->text[at + 1], NAME_LIMIT, (void *)name);
		IN_MEMORY(scratch->len) = at + (size > 0 ? size : 1);
	}
	return true;
}

/* Writes the names in scratch->parts to scratch->text as a path; its size with the NUL. */
INLINE u32 join_parts(struct scratch *scratch)
{
	u32 count = IN_MEMORY(scratch->parts_count), len;

	IN_MEMORY(scratch->len) = 0;
	LOOP (u32 i = 0; i < PATH_PARTS; i++)
		if (i >= count || !join_part(count - 1 - i))
			break;
	len = IN_MEMORY(scratch->len) & (PATH_LIMIT - 1);
	if (!len) {
		scratch->text[0] = '/';
		len = 1;
	}
	scratch->text[len] = 0;
	return len + 1;
}

/* One round of path_of(): takes the name of the directory entry that scratch->walk stands at. False at the top. */
SUBPROGRAM int walk_up(u32 i)
{
	struct scratch *scratch = own_scratch();
	struct dentry *dentry, *parent, *root;
	struct vfsmount *mnt;
	u64 name = 0;

	if (!scratch)
		return false;
	dentry = (void *)IN_MEMORY(scratch->walk.node);
	mnt = (void *)IN_MEMORY(scratch->walk.mnt);
	parent = READ(dentry, d_parent);
	root = READ(mnt, mnt_root);
	if (dentry == root || dentry == parent) {
		struct mount *mount = (void *)mnt - FIELD_OFFSET(struct mount, mnt);
		struct mount *up = READ(mount, mnt_parent);

		if (dentry != root || up == mount)
			return false;
		/* Crossing a mount point takes a place of its own. */
		parent = READ(mount, mnt_mountpoint);
		IN_MEMORY(scratch->walk.mnt) = (u64)up + FIELD_OFFSET(struct mount, mnt);
	} else {
		name = (u64)READ(dentry, d_name.name);
	}
	IN_MEMORY(scratch->walk.node) = (u64)parent;
	/* Checked only now: older verifiers forget bounds of what lay on the stack. */
	OPAQUE(i);
	if (i >= PATH_PARTS)
		return false;
	scratch->parts[i] = name;
	IN_MEMORY(scratch->parts_count) = i + 1;
	return true;
}

/* Puts the path of a file into scratch->text; its size with the NUL. 0 when the file has none. */
SUBPROGRAM u32 path_of(u64 file_address)
{
	struct scratch *scratch = own_scratch();
	struct file *file = (void *)file_address;
	struct vfsmount *mnt = READ(file, f_path.mnt);
	struct dentry *dentry = READ(file, f_path.dentry);

	if (!scratch || !dentry || !mnt)
		return 0;
	if (READ(dentry, d_parent) == dentry && READ(mnt, mnt_root) != dentry) {
		/* No directory above, as for files in memory: the name alone. */
		long size = bpf_probe_read_kernel_str(scratch->text, NAME_LIMIT, READ(dentry, d_name.name));

		return size > 0 ? size : 0;
	}
	IN_MEMORY(scratch->parts_count) = 0;
	IN_MEMORY(scratch->walk.node) = (u64)dentry;
	IN_MEMORY(scratch->walk.mnt) = (u64)mnt;
	LOOP (u32 i = 0; i < PATH_PARTS; i++)
		if (!walk_up(i))
			break;
	return join_parts(scratch);
}

/* Appends the text of `size` bytes that lies in scratch->text. */
INLINE void put_text(struct event *e, u32 size)
{
	size &= 2 * PATH_LIMIT - 1;
	if (size > PATH_LIMIT)
		size = PATH_LIMIT;
	bpf_probe_read_kernel(event_end(e), size, e->scratch->text);
	put_written(e, size);
}

#endif
