#include <gradus/autograd/kernels/gemm_blocked.hpp>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/pack.hpp>
#include <gradus/autograd/kernels/parallel.hpp>

namespace gradus::kernels {

namespace {

constexpr std::int64_t depth_bytes = 2048;  // of a column of a slab of b
constexpr std::int64_t block_rows = 96;     // of a: 192 KiB, part of an L2
constexpr std::int64_t group_strips = 32;   // that share a packed block of a
constexpr std::int64_t row_step = 12;       // a multiple of the rows that registers hold
constexpr std::int64_t least_tasks = 32;    // so that several threads have much the same work

/// Rows [k, k + deep) of b as strips of `width` columns, one behind the other, each row-major.
template <class T>
void pack_strips(const Matrix<const T>& b, std::int64_t k, std::int64_t deep, std::int64_t width, T* to) {
  parallel_for(chunk_count(b.cols, width), chunk_for(deep * width),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t j = begin * width; j < std::min(b.cols, end * width); j += width)
                   copy(part(b, k, j, deep, std::min(width, b.cols - j)), to + j * deep);
               });
}

/// c = (or +=) the packed block of a times strips [begin, end).
template <class T>
void multiply_strips(const T* block, const T* strips, const Matrix<T>& c, std::int64_t deep,
                     std::int64_t width, std::int64_t begin, std::int64_t end, bool accumulate) {
  for (std::int64_t j = begin * width; j < std::min(c.cols, end * width); j += width) {
    const std::int64_t n = std::min(width, c.cols - j);
    const Tile<T> tile({c.rows, n, deep, deep, n, std::max(c.row_stride, n)}, accumulate);
    tile(block, strips + j * deep, c.data + j);
  }
}

}  // namespace

template <class T>
void gemm_blocked(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate) {
  const std::int64_t width = preferred_tile_columns<T>(), strips = chunk_count(c.cols, width);
  const std::int64_t across = chunk_count(strips, group_strips), group = chunk_count(strips, across);
  const std::int64_t share = chunk_count(c.rows, chunk_count(least_tasks, across));
  const std::int64_t rows = std::min(block_rows, chunk_count(share, row_step) * row_step);
  const std::int64_t down = chunk_count(c.rows, rows);
  constexpr auto most = depth_bytes / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t depth = chunk_count(a.cols, chunk_count(a.cols, most));
  const Scratch<T> packed(depth * c.cols);
  for (std::int64_t k = 0; k < a.cols; k += depth) {
    const std::int64_t deep = std::min(depth, a.cols - k);
    pack_strips(b, k, deep, width, packed.data());
    parallel_for(down * across, 1, [&](std::int64_t begin, std::int64_t end) {
      const Scratch<T> block(rows * deep);
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t i = t / across * rows, m = std::min(rows, c.rows - i), first = t % across * group;
        copy(part(a, i, k, m, deep), block.data());
        const Matrix<T> to{c.data + i * c.row_stride, m, c.cols, c.row_stride, 1};
        multiply_strips(block.data(), packed.data(), to, deep, width, first, std::min(strips, first + group),
                        accumulate || k > 0);
      }
    });
  }
}

template void gemm_blocked(const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&,
                           bool);
template void gemm_blocked(const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&,
                           bool);

}  // namespace gradus::kernels
