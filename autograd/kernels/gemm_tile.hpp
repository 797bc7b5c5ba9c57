#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gradus::kernels {

/// What multiplies small matrices: code compiled at run time for the processor, or Eigen's. `automatic` takes
/// the former where it exists.
enum class GemmBackend { automatic, jit, eigen };

/// Chooses for the whole process; for tests and comparisons.
void set_gemm_backend(GemmBackend backend);

/// Columns of a result of Ts that one tile should have: four registers, beside as many rows as the others
/// hold.
template <class T>
std::int64_t preferred_tile_columns();

inline constexpr std::int64_t tile_lanes = 8;    ///< columns of a tile come in multiples of it
inline constexpr std::int64_t widest_tile = 64;  ///< columns

/// Columns of the tiles that make up a result of `width` columns: as preferred, or fewer where that is
/// narrow.
template <class T>
std::int64_t tile_columns(std::int64_t width) {
  return std::min(preferred_tile_columns<T>(), (width + tile_lanes - 1) / tile_lanes * tile_lanes);
}

/// The k of products that together sum over `depth`: its largest divisor that is at most 256.
std::int64_t tile_depth(std::int64_t depth);

/// A product c = a b of row-major matrices, c [m, n], a [m, k], b [k, n], and the distances between their
/// rows. Rows of a may overlap. Or a is stored by columns, [k, m], which costs nothing.
struct TileShape {
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  bool by_columns = false;
};

/// Where the factors of the terms of a sum of products begin, relative to common starts.
template <class T>
class TileTerms {
 public:
  void add(std::int64_t a, std::int64_t b) {
    a_.push_back(static_cast<unsigned long long>(a) * sizeof(T));
    b_.push_back(static_cast<unsigned long long>(b) * sizeof(T));
  }
  void clear() { a_.clear(), b_.clear(); }
  std::size_t size() const { return a_.size(); }
  const unsigned long long* a() const { return a_.data(); }  ///< in bytes
  const unsigned long long* b() const { return b_.data(); }

 private:
  std::vector<unsigned long long> a_, b_;
};

/// Whether a tile is one product or a sum of several.
enum class Terms { one, many };

/// The kernel for products of one shape, cheap to make again. float and double. Every element adds up its
/// products in order, whatever m and n are.
template <class T>
class Tile {
 public:
  /// c = ..., or c += ... if `accumulate`.
  Tile(const TileShape& shape, bool accumulate, Terms terms = Terms::one);
  /// c = a b; for Terms::one.
  void operator()(const T* a, const T* b, T* c) const;
  /// c = the sum over all terms of (a + term) (b + term); for Terms::many.
  void operator()(const T* a, const T* b, T* c, const TileTerms<T>& terms) const;

 private:
  TileShape shape_;
  bool accumulate_;
  void (*compiled_)() = nullptr;  ///< null where Eigen's must do
};

}  // namespace gradus::kernels
