#pragma once

#include <atomic>
#include <cstdint>

namespace gradus::kernels {

/// How many tensors were copied into another memory layout since the program began, as `contiguous` and
/// `reshape` do with tensors in strides they cannot keep. For benchmarks and tests: a training step should
/// need none.
inline std::atomic<std::int64_t> layout_copies{0};

}  // namespace gradus::kernels
