#include <gradus/autograd/kernels/gemm_tile.hpp>

#include <libxsmm.h>

#include <Eigen/Core>
#include <atomic>
#include <gradus/autograd/kernels/isa.hpp>

namespace gradus::kernels {

namespace {

std::atomic<GemmBackend> chosen{GemmBackend::automatic};

using Any = void (*)();

bool initialise_jit() {
  libxsmm_init();
  if (isa() == Isa::avx2) libxsmm_set_target_arch("hsw");  // Haswell, the first processor with AVX2
  return true;
}

bool use_jit() {
  [[maybe_unused]] static const bool initialised = initialise_jit();
  return isa() != Isa::baseline && chosen.load(std::memory_order_relaxed) != GemmBackend::eigen;
}

// LIBXSMM's kernels are column-major, so a row-major product is asked for as its transpose: c' = b' a'.
struct Wanted {
  explicit Wanted(const TileShape& s)
      : m(static_cast<int>(s.n)),
        n(static_cast<int>(s.m)),
        k(static_cast<int>(s.k)),
        lda(static_cast<int>(s.ldb)),
        ldb(static_cast<int>(s.lda)),
        ldc(static_cast<int>(s.ldc)),
        flags(s.by_columns ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE) {}
  int m, n, k, lda, ldb, ldc, flags;
};

Any product(Wanted w, float beta) {
  const float alpha = 1;
  return reinterpret_cast<Any>(
      libxsmm_smmdispatch(w.m, w.n, w.k, &w.lda, &w.ldb, &w.ldc, &alpha, &beta, &w.flags, nullptr));
}
Any product(Wanted w, double beta) {
  const double alpha = 1;
  return reinterpret_cast<Any>(
      libxsmm_dmmdispatch(w.m, w.n, w.k, &w.lda, &w.ldb, &w.ldc, &alpha, &beta, &w.flags, nullptr));
}
Any sum_of_products(Wanted w, float beta) {
  const float alpha = 1;
  return reinterpret_cast<Any>(libxsmm_smmdispatch_reducebatch_offs(w.m, w.n, w.k, &w.lda, &w.ldb, &w.ldc,
                                                                    &alpha, &beta, &w.flags, nullptr));
}
Any sum_of_products(Wanted w, double beta) {
  const double alpha = 1;
  return reinterpret_cast<Any>(libxsmm_dmmdispatch_reducebatch_offs(w.m, w.n, w.k, &w.lda, &w.ldb, &w.ldc,
                                                                    &alpha, &beta, &w.flags, nullptr));
}

template <class T, int Order>
auto matrix(T* from, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  using Matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Order>;
  using Here = std::conditional_t<std::is_const_v<T>, const Matrix, Matrix>;
  return Eigen::Map<Here, 0, Eigen::OuterStride<>>(from, rows, columns, Eigen::OuterStride<>(stride));
}

template <class T>
void eigen(const TileShape& s, const T* a, const T* b, T* c, bool accumulate) {
  constexpr int rows = Eigen::RowMajor, columns = Eigen::ColMajor;
  const auto y = matrix<const T, rows>(b, s.k, s.n, s.ldb);
  auto z = matrix<T, rows>(c, s.m, s.n, s.ldc);
  if (!accumulate) z.setZero();
  if (s.by_columns)
    z.noalias() += matrix<const T, columns>(a, s.m, s.k, s.lda) * y;
  else
    z.noalias() += matrix<const T, rows>(a, s.m, s.k, s.lda) * y;
}

template <class T>
const T* advance(const T* from, unsigned long long bytes) {
  return from + bytes / sizeof(T);
}

}  // namespace

void set_gemm_backend(GemmBackend backend) { chosen = backend; }

template <class T>
std::int64_t preferred_tile_columns() {
  const std::int64_t register_bytes = isa() == Isa::avx512 ? 64 : 32;
  return 4 * register_bytes / static_cast<std::int64_t>(sizeof(T));
}
template std::int64_t preferred_tile_columns<float>();
template std::int64_t preferred_tile_columns<double>();

std::int64_t tile_depth(std::int64_t depth) {
  for (std::int64_t pieces = (depth + 255) / 256; pieces <= depth / 16; ++pieces)
    if (depth % pieces == 0) return depth / pieces;
  return depth;
}

template <class T>
Tile<T>::Tile(const TileShape& shape, bool accumulate, Terms terms) : shape_(shape), accumulate_(accumulate) {
  if (!use_jit()) return;
  const T beta = accumulate ? T(1) : T(0);
  compiled_ = terms == Terms::one ? product(Wanted(shape), beta) : sum_of_products(Wanted(shape), beta);
}

template <class T>
void Tile<T>::operator()(const T* a, const T* b, T* c) const {
  if (compiled_ != nullptr)
    reinterpret_cast<void (*)(const T*, const T*, T*, ...)>(compiled_)(b, a, c);
  else
    eigen(shape_, a, b, c, accumulate_);
}

template <class T>
void Tile<T>::operator()(const T* a, const T* b, T* c, const TileTerms<T>& terms) const {
  if (compiled_ != nullptr) {
    using Offsets = const unsigned long long*;
    const unsigned long long count = terms.size();
    reinterpret_cast<void (*)(const T*, const T*, T*, Offsets, Offsets, Offsets, ...)>(compiled_)(
        b, a, c, &count, terms.b(), terms.a());
    return;
  }
  for (std::size_t i = 0; i < terms.size(); ++i)
    eigen(shape_, advance(a, terms.a()[i]), advance(b, terms.b()[i]), c, accumulate_ || i > 0);
}

template class Tile<float>;
template class Tile<double>;

}  // namespace gradus::kernels
