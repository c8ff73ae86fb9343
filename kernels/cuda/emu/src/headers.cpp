// The headers of kernels, carried inside the library: #embed is not in C++ yet.
asm(".section .rodata\n.globl kernelHeader\nkernelHeader:\n.incbin \"kernel.h\"\n.byte 0\n"
    ".globl emuHeader\nemuHeader:\n.incbin \"emu.h\"\n.byte 0\n.text\n");
