#include <gradus/autograd/kernels/gemm_tile.hpp>

#include <libxsmm.h>

#include <Eigen/Core>
#include <atomic>

namespace gradus::kernels {

namespace {

std::atomic<GemmBackend> chosen{GemmBackend::automatic};

auto dispatch_jit(int m, int n, int k, int lda, int ldb, int ldc, const float* alpha, const float* beta) {
  return libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, alpha, beta, nullptr, nullptr);
}
auto dispatch_jit(int m, int n, int k, int lda, int ldb, int ldc, const double* alpha, const double* beta) {
  return libxsmm_dmmdispatch(m, n, k, &lda, &ldb, &ldc, alpha, beta, nullptr, nullptr);
}

/// The kernels are column-major, so a row-major product is asked for as its transpose: c' = b' a'.
template <class T>
bool try_jit(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, const T* b,
             std::int64_t ldb, T* c, std::int64_t ldc, bool accumulate) {
  [[maybe_unused]] static const bool initialised = (libxsmm_init(), true);
  const T alpha = 1, beta = accumulate ? T(1) : T(0);
  const auto kernel =
      dispatch_jit(static_cast<int>(n), static_cast<int>(m), static_cast<int>(k), static_cast<int>(ldb),
                   static_cast<int>(lda), static_cast<int>(ldc), &alpha, &beta);
  if (kernel == nullptr) return false;
  kernel(b, a, c);
  return true;
}

template <class T>
void eigen(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, const T* b,
           std::int64_t ldb, T* c, std::int64_t ldc, bool accumulate) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using In = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
  const In x(a, m, k, Eigen::OuterStride<>(lda)), y(b, k, n, Eigen::OuterStride<>(ldb));
  Eigen::Map<Matrix, 0, Eigen::OuterStride<>> z(c, m, n, Eigen::OuterStride<>(ldc));
  if (accumulate)
    z.noalias() += x * y;
  else
    z.noalias() = x * y;
}

}  // namespace

void set_gemm_backend(GemmBackend backend) { chosen = backend; }

template <class T>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, const T* b,
               std::int64_t ldb, T* c, std::int64_t ldc, bool accumulate) {
  if (chosen.load(std::memory_order_relaxed) != GemmBackend::eigen &&
      try_jit(m, n, k, a, lda, b, ldb, c, ldc, accumulate))
    return;
  eigen(m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}

template void gemm_tile(std::int64_t, std::int64_t, std::int64_t, const float*, std::int64_t, const float*,
                        std::int64_t, float*, std::int64_t, bool);
template void gemm_tile(std::int64_t, std::int64_t, std::int64_t, const double*, std::int64_t, const double*,
                        std::int64_t, double*, std::int64_t, bool);

}  // namespace gradus::kernels
