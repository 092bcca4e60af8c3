// Loci, Apache License 2.0.
//
// Which kernels this processor can run, and which are in use.
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

#if defined(__x86_64__)
#include <cpuid.h>

static int has_float16_conversion(void) {
    // By hand: older compilers do not know the name "f16c".
    unsigned int eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C);
}

static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && has_float16_conversion();
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}

static int has_avx512_vpopcntdq(void) { return has_avx512() && __builtin_cpu_supports("avx512vpopcntdq"); }
#elif defined(__aarch64__)
#if defined(__APPLE__)
#include <sys/sysctl.h>

static int has_dot_product(void) {
    // Not always: an A12, which runs iOS 18, lacks it.
    int present = 0;
    size_t size = sizeof present;
    return sysctlbyname("hw.optional.arm.FEAT_DotProd", &present, &size, NULL, 0) == 0 && present;
}
#elif defined(__linux__)
#include <sys/auxv.h>

static int has_dot_product(void) {
    // HWCAP_ASIMDDP of <asm/hwcap.h>, a kernel header that is not always installed.
    return (getauxval(AT_HWCAP) >> 20) & 1;
}
#else
static int has_dot_product(void) { return 0; }
#endif
#endif

const vk_kernels *vk_kernels_of(vk_instruction_set set) {
    switch (set) {
        case VK_PORTABLE: return &vk_portable_kernels;
#if defined(__x86_64__)
        case VK_AVX2: return has_avx2() ? &vk_avx2_kernels : NULL;
        case VK_AVX512: return has_avx512() ? &vk_avx512_kernels : NULL;
        case VK_AVX512_VPOPCNTDQ: return has_avx512_vpopcntdq() ? &vk_avx512_vpopcntdq_kernels : NULL;
#elif defined(__aarch64__)
        case VK_NEON: return has_dot_product() ? &vk_neon_kernels : NULL;
#endif
        default: return NULL;
    }
}

static const vk_kernels *choose(void) {
    const char *wanted = getenv("LOCI_KERNELS");
    const vk_kernels *best = &vk_portable_kernels;
    for (int set = 0; set < VK_INSTRUCTION_SET_COUNT; set++) {
        const vk_kernels *kernels = vk_kernels_of((vk_instruction_set)set);
        if (kernels == NULL) continue;
        if (wanted != NULL && strcmp(wanted, kernels->name) == 0) return kernels;
        best = kernels;
    }
    return best;
}

static _Atomic(const vk_kernels *) active = NULL;

const vk_kernels *vk_active(void) {
    const vk_kernels *kernels = atomic_load_explicit(&active, memory_order_acquire);
    if (kernels != NULL) return kernels;
    // Threads that come here together all choose; the first to store decides.
    const vk_kernels *chosen = choose();
    if (atomic_compare_exchange_strong(&active, &kernels, chosen)) return chosen;
    return kernels;
}
