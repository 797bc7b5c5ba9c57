#include "fuzz/target.hpp"

#include <stdexcept>

#include <gradus/autograd/dtype.hpp>

#include "support/files.hpp"

namespace gradus::test {

bool FuzzTarget::reads(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder) const {
  const std::filesystem::path file = write_bytes(folder / file_, {bytes.begin(), bytes.end()});
  bool all_read = true;
  for (const Read& read : reads_) {
    try {
      read(file);
    } catch (const IoError& error) {
      if (!says(error.what(), {folder.string()}))
        throw std::logic_error("an error does not name the file: " + std::string(error.what()));
      all_read = false;
    }
  }
  return all_read;
}

void touch(const Tensor& x) {
  if (x.numel() == 0) return;
  std::int64_t last = 0;
  for (std::size_t d = 0; d < x.rank(); ++d) last += (x.shape()[d] - 1) * x.strides()[d];
  dispatch(x.dtype(), [&]<class T>() {
    const volatile T* const data = x.data<T>();
    static_cast<void>(data[0]);
    static_cast<void>(data[last]);
  });
}

void touch(const data::NamedTensors& tensors) {
  for (const auto& [name, x] : tensors) touch(x);
}

}  // namespace gradus::test
