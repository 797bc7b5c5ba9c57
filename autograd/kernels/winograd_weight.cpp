#include <algorithm>
#include <atomic>
#include <cmath>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/transpose.hpp>
#include <gradus/autograd/kernels/winograd.hpp>
#include <gradus/autograd/kernels/winograd_patches.hpp>

namespace gradus::kernels {

namespace {

using namespace winograd;

constexpr std::int64_t in_block = 64;         // channels of x in one task
constexpr std::int64_t out_block = 64;        // channels of y in one product
constexpr std::int64_t combined_at_once = 8;  // channels of x, for whole cache lines of w

/// Partial sums over chunks of patches, [chunk][group][point][channel of x][channel of y].
template <class T, class Filter>
class Run {
  static constexpr std::int64_t points = Filter::points, side = Filter::side, places = Filter::places;
  static constexpr std::int64_t patches_at_once = 64;  // that one visit of a sum adds up

 public:
  Run(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y)
      : c_(c),
        x_(x),
        y_(y),
        patches_(c.images, c.output, places),
        matrix_(plane_of<T>(c.in * c.out)),
        per_chunk_(patches_per_chunk()),
        chunks_(chunk_count(patches_.count, per_chunk_)),
        partial_(chunks_ * c.groups * points * matrix_) {}

  bool operator()(T* w) {
    const std::int64_t blocks = chunk_count(c_.in, in_block);
    parallel_for(chunks_ * c_.groups * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        accumulate(i / (c_.groups * blocks), i / blocks % c_.groups, i % blocks * in_block);
    });
    combine(w);
    return finite_;
  }

 private:
  std::int64_t patches_per_chunk() const {
    const std::int64_t bytes = c_.groups * points * matrix_ * static_cast<std::int64_t>(sizeof(T));
    const std::int64_t wanted = chunk_count(patches_.count, most_partial_sums(bytes));
    return chunk_count(wanted, patches_at_once) * patches_at_once;
  }

  /// Between chunks.
  std::int64_t partial_step() const { return c_.groups * points * matrix_; }
  T* partial(std::int64_t chunk, std::int64_t group, std::int64_t point) const {
    return partial_.data() + chunk * partial_step() + (group * points + point) * matrix_;
  }

  void accumulate(std::int64_t chunk, std::int64_t group, std::int64_t channel) const {
    const std::int64_t channels = std::min(in_block, c_.in - channel);
    const std::int64_t end = std::min(patches_.count, (chunk + 1) * per_chunk_);
    const Points<T> left(points, patches_at_once * channels), right(points, patches_at_once * c_.out);
    const Squares<T> of_x(x_, c_.input, channels, points), of_y(y_, c_.output, c_.out, places * places);
    const std::int64_t begin = chunk * per_chunk_;
    for (std::int64_t first = begin; first < end; first += patches_at_once) {
      const std::int64_t count = std::min(patches_at_once, end - first);
      load_pixels(group * c_.in + channel, channels, first, count, of_x, left);
      load_places(group * c_.out, first, count, of_y, right);
      for (std::int64_t o = 0; o < c_.out; o += out_block) {
        const Tile<T> tile({channels, std::min(out_block, c_.out - o), count, channels, c_.out, c_.out, true},
                           first > begin);
        for (std::int64_t p = 0; p < points; ++p)
          tile(left[p], right[p] + o, partial(chunk, group, p) + channel * c_.out + o);
      }
    }
  }

  /// left [point][patch][channel of x]
  void load_pixels(std::int64_t channel, std::int64_t channels, std::int64_t first, std::int64_t count,
                   const Squares<T>& squares, const Points<T>& left) const {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = patches_[first + i];
      squares.template transform<side, side>(Filter::pixels_to_points, x_.at(at.image, channel),
                                             at.row - c_.padding.h, at.column - c_.padding.w,
                                             left[0] + i * channels, left.plane);
    }
  }

  /// right [point][patch][channel of y]
  void load_places(std::int64_t channel, std::int64_t first, std::int64_t count, const Squares<T>& squares,
                   const Points<T>& right) const {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = patches_[first + i];
      squares.template transform<places, side>(Filter::places_to_points, y_.at(at.image, channel), at.row,
                                               at.column, right[0] + i * c_.out, right.plane);
    }
  }

  /// w[group, out, in, position] = the kernel whose points are the partial sums, added in order.
  void combine(T* w) {
    const std::int64_t pieces = chunk_count(c_.in, combined_at_once);
    parallel_for(c_.groups * pieces, chunk_for(combined_at_once * chunks_ * points * c_.out / 4),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Points<T> sums(points, c_.out);
                   const Scratch<T> kernels(combined_at_once * 9 * c_.out);  // [in][position][out]
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t group = i / pieces, first = i % pieces * combined_at_once;
                     const std::int64_t rows = std::min(combined_at_once, c_.in - first) * 9;
                     for (std::int64_t k = 0; k < rows / 9; ++k) {
                       const auto at_points = add_up(group, first + k, sums);
                       transform_square<side, 3>(Filter::points_to_kernel, at_points, c_.out,
                                                 kernels.data() + k * 9 * c_.out, c_.out);
                     }
                     bool finite = true;
                     for (std::int64_t k = 0; k < rows * c_.out; ++k)
                       finite &= std::isfinite(kernels.data()[k]);
                     if (!finite) finite_ = false;
                     transpose(kernels.data(), c_.out, rows, c_.out, w + (group * c_.out * c_.in + first) * 9,
                               c_.in * 9);
                   }
                 });
  }

  /// The sums [point][out] of one channel of x: where there is but one chunk, its own.
  auto add_up(std::int64_t group, std::int64_t channel, const Points<T>& sums) const {
    const T* first = partial(0, group, 0) + channel * c_.out;
    if (chunks_ == 1) return evenly<T>(first, side * matrix_, matrix_);
    for (std::int64_t p = 0; p < points; ++p)
      add_partial_sums(chunks_, first + p * matrix_, partial_step(), c_.out, sums[p]);
    return evenly<T>(sums[0], side * sums.plane, sums.plane);
  }

  const Convolution& c_;
  Planes<const T> x_, y_;
  Patches patches_;
  std::int64_t matrix_;  // from the kernels at one point to those at the next
  std::int64_t per_chunk_, chunks_;
  Scratch<T> partial_;
  std::atomic<bool> finite_ = true;
};

Filtering filtering(const Convolution& c) {
  if (c.kernel != Pair(3) || c.stride != Pair(1) || c.dilation != Pair(1)) return Filtering::none;
  return best_filtering(c.images, c.output, c.output, c.in, c.out);
}

}  // namespace

bool winograd_to_weight_pays(const Convolution& c) { return filtering(c) != Filtering::none; }

template <class T>
bool winograd_to_weight(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, T* w) {
  switch (filtering(c)) {
    case Filtering::twos:
      return Run<T, Twos<T>>(c, x, y)(w);
    case Filtering::fours:
      return Run<T, Fours<T>>(c, x, y)(w);
    case Filtering::none:
      return false;
  }
  return false;
}

template bool winograd_to_weight(const Convolution&, const Planes<const float>&, const Planes<const float>&,
                                 float*);
template bool winograd_to_weight(const Convolution&, const Planes<const double>&, const Planes<const double>&,
                                 double*);

}  // namespace gradus::kernels
