/* Calls that act on names of files. */
#ifndef EVENTS_PATH_H
#define EVENTS_PATH_H

#include "../call.h"

CALL_PATH(chdir, SYSCALL_CHDIR_X, LOSS_FILE)
CALL_PATH(chroot, SYSCALL_CHROOT_X, LOSS_FILE)

CALL_OF_KIND(getcwd, SYSCALL_GETCWD_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, c->ret >= 0 ? arg(c, 0) : 0);
}

CALL_OF_KIND(mkdirat, SYSCALL_MKDIRAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2));
}

CALL_OF_KIND(unlinkat, SYSCALL_UNLINKAT_2_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2) & PPM_AT_REMOVEDIR);
}

CALL_OF_KIND(renameat, SYSCALL_RENAMEAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_dirfd(e, arg(c, 2));
	put_path(e, arg(c, 3));
}

CALL_OF_KIND(renameat2, SYSCALL_RENAMEAT2_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_dirfd(e, arg(c, 2));
	put_path(e, arg(c, 3));
	put_u32(e, arg(c, 4) & 7);
}

CALL_OF_KIND(linkat, SYSCALL_LINKAT_2_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_dirfd(e, arg(c, 2));
	put_path(e, arg(c, 3));
	put_u32(e, arg(c, 4) & (PPM_AT_SYMLINK_FOLLOW | PPM_AT_EMPTY_PATH));
}

CALL_OF_KIND(symlinkat, SYSCALL_SYMLINKAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_dirfd(e, arg(c, 1));
	put_path(e, arg(c, 2));
}

CALL_OF_KIND(fchmodat, SYSCALL_FCHMODAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2) & 07777);
}

CALL_OF_KIND(fchownat, SYSCALL_FCHOWNAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2));
	put_u32(e, arg(c, 3));
	put_u32(e, arg(c, 4) & (PPM_AT_SYMLINK_NOFOLLOW | PPM_AT_EMPTY_PATH));
}

CALL_OF_KIND(newfstatat, SYSCALL_NEWFSTATAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 3) & (PPM_AT_SYMLINK_NOFOLLOW | PPM_AT_EMPTY_PATH | PPM_AT_NO_AUTOMOUNT));
}

CALL_OF_KIND(mknodat, SYSCALL_MKNODAT_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_dirfd(e, arg(c, 0));
	put_path(e, arg(c, 1));
	put_u32(e, arg(c, 2) & 0177777);
	put_u32(e, arg(c, 3));
}

#if defined(__TARGET_ARCH_x86)
CALL_PATH(rmdir, SYSCALL_RMDIR_2_X, LOSS_FILE)
CALL_PATH(unlink, SYSCALL_UNLINK_2_X, LOSS_FILE)
CALL_PATH(stat, SYSCALL_STAT_X, LOSS_FILE)
CALL_PATH(lstat, SYSCALL_LSTAT_X, LOSS_FILE)
CALL_TWO_PATHS(rename, SYSCALL_RENAME_X)
CALL_TWO_PATHS(link, SYSCALL_LINK_2_X)
CALL_TWO_PATHS(symlink, SYSCALL_SYMLINK_X)

CALL_OF_KIND(access, SYSCALL_ACCESS_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 7);
}

CALL_OF_KIND(mkdir, SYSCALL_MKDIR_2_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1));
}

CALL_OF_KIND(chmod, SYSCALL_CHMOD_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 07777);
}

#define CHANGE_OWNER(name, type)                                                                                       \
	CALL_OF_KIND(name, type, LOSS_FILE)                                                                            \
	{                                                                                                              \
		put_s64(e, c->ret);                                                                                    \
		put_path(e, arg(c, 0));                                                                                \
		put_u32(e, arg(c, 1));                                                                                 \
		put_u32(e, arg(c, 2));                                                                                 \
	}
CHANGE_OWNER(chown, SYSCALL_CHOWN_X)
CHANGE_OWNER(lchown, SYSCALL_LCHOWN_X)

CALL_OF_KIND(mknod, SYSCALL_MKNOD_X, LOSS_FILE)
{
	put_s64(e, c->ret);
	put_path(e, arg(c, 0));
	put_u32(e, arg(c, 1) & 0177777);
	put_u32(e, arg(c, 2));
}
#endif

#endif
