#pragma once

#include <array>
#include <concepts>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <gradus/data/dataset.hpp>

namespace gradus::data {

namespace detail {
/// The arrays in the order of the names, of rank 1 at least and of one first size.
std::vector<Tensor> npz_arrays(const std::filesystem::path& file, std::span<const std::string> names);
}  // namespace detail

/// The rows of arrays of a file that `numpy.savez` wrote, by their names there: `for (auto [images, labels] :
/// Loader{npz_dataset("digits.npz", "images", "labels"), {.batch_size = 64}})`. Dtypes are those of
/// `read_npz`. Throws IoError as `read_npz`, and for an array that the file does not hold, is a single number
/// or has another number of rows than the first.
template <std::convertible_to<std::string>... Name>
requires(sizeof...(Name) >= 1) TensorDataset<sizeof...(Name)> npz_dataset(const std::filesystem::path& file,
                                                                          const Name&... names) {
  const std::array<std::string, sizeof...(Name)> all{names...};
  const std::vector<Tensor> arrays = detail::npz_arrays(file, all);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return TensorDataset<sizeof...(Name)>(arrays[I]...);
  }
  (std::index_sequence_for<Name...>());
}

}  // namespace gradus::data
