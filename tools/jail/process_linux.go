package jail

import (
	"os"
	"os/exec"
	"syscall"
)

// nobody is who a room belongs to where root makes it: root's own number of
// processes has no bound.
const nobody = 65534

// apart starts a process in a session of its own, away from any terminal.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
}

// kill ends a process that was started apart, and its group.
func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
