// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

@Suite struct DispatchTests {
    @Test func tablesAreCompleteAndNamed() throws {
        let names = KernelSet.all.map(\.name)
        #expect(names.first == "portable")
        #expect(Set(names).count == names.count)
        for set in KernelSet.all {
            let again = try #require(vk_kernels_of(set.kernels.pointee.instruction_set))
            #expect(again == set.kernels)
        }
    }

    @Test func unknownSetsAreAbsent() {
        #expect(vk_kernels_of(VK_INSTRUCTION_SET_COUNT) == nil)
        #expect(vk_kernels_of(vk_instruction_set(rawValue: 1000)) == nil)
        #if arch(x86_64)
        #expect(vk_kernels_of(VK_NEON) == nil)
        #elseif arch(arm64)
        #expect(vk_kernels_of(VK_AVX2) == nil)
        #expect(vk_kernels_of(VK_AVX512) == nil)
        #expect(vk_kernels_of(VK_AVX512_VPOPCNTDQ) == nil)
        #endif
    }

    /// The environment's choice where the processor has it, else the best. Run the tests with LOCI_KERNELS set to see both.
    @Test func theActiveSetIsTheOneAskedForOrTheBest() {
        let wanted = TestSettings.text("LOCI_KERNELS")
        let active = vk_active()
        let expected = KernelSet.all.first { $0.name == wanted } ?? KernelSet.all.last
        #expect(active == expected?.kernels)
    }

    @Test func allThreadsGetTheSameSet() async {
        let names = await withTaskGroup(of: String.self) { group in
            for _ in 0..<64 { group.addTask { String(cString: vk_active().pointee.name) } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names.count == 1)
    }
}
