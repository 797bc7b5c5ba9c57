#include <gradus/training/checksum.hpp>

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include <gradus/training/crc32c.hpp>

namespace gradus::training {

std::uint32_t checksum(const data::Safetensors& content) {
  Crc32c crc;
  const auto add_text = [&](std::string_view text) {
    const std::uint64_t size = text.size();
    crc.add(&size, sizeof size);
    crc.add(text.data(), text.size());
  };
  for (const auto& [key, value] : content.metadata) {
    if (key == checksum_key) continue;
    add_text(key);
    add_text(value);
  }
  std::map<std::string, Tensor> sorted(content.tensors.begin(), content.tensors.end());
  for (const auto& [name, x] : sorted) {
    add_text(name);
    add_text(fmt::format("{} {}", x.dtype(), x.shape()));
    const Tensor dense = x.detach().contiguous();
    dispatch(dense.dtype(), [&]<class T>() {
      crc.add(dense.data<T>(), static_cast<std::size_t>(dense.numel()) * sizeof(T));
    });
  }
  return crc.value();
}

}  // namespace gradus::training
