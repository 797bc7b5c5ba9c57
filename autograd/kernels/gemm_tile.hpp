#pragma once

#include <cstdint>

namespace gradus::kernels {

/// What multiplies small matrices: code compiled at run time for the processor, or Eigen's. `automatic` takes
/// the former where it exists.
enum class GemmBackend { automatic, jit, eigen };

/// Chooses for the whole process; for tests and comparisons.
void set_gemm_backend(GemmBackend backend);

/// c = a b, or c += a b: c is [m, n], a [m, k], b [k, n], each row-major with the given distance between
/// rows.
template <class T>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, const T* b,
               std::int64_t ldb, T* c, std::int64_t ldc, bool accumulate);

}  // namespace gradus::kernels
