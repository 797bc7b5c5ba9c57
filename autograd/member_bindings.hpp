#pragma once
// Written by cmake/member_bindings.cmake; change that.
#include <cstddef>

namespace gradus::detail {

inline constexpr std::size_t max_members = 64;

/// `MemberBindings<N>::apply(value, f)` is `f(first, ..., last)` with the N members of an aggregate.
template <std::size_t N>
struct MemberBindings;

// clang-format off
template <> struct MemberBindings<0> { static constexpr decltype(auto) apply(auto&, auto&& f) { return f(); } };
template <> struct MemberBindings<1> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0] = v; return f(a0); } };
template <> struct MemberBindings<2> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1] = v; return f(a0, a1); } };
template <> struct MemberBindings<3> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2] = v; return f(a0, a1, a2); } };
template <> struct MemberBindings<4> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3] = v; return f(a0, a1, a2, a3); } };
template <> struct MemberBindings<5> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4] = v; return f(a0, a1, a2, a3, a4); } };
template <> struct MemberBindings<6> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5] = v; return f(a0, a1, a2, a3, a4, a5); } };
template <> struct MemberBindings<7> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6] = v; return f(a0, a1, a2, a3, a4, a5, a6); } };
template <> struct MemberBindings<8> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7] = v; return f(a0, a1, a2, a3, a4, a5, a6, a7); } };
template <> struct MemberBindings<9> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8] = v; return f(a0, a1, a2, a3, a4, a5, a6, a7, a8); } };
template <> struct MemberBindings<10> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9] = v; return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9); } };
template <> struct MemberBindings<11> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0); } };
template <> struct MemberBindings<12> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1); } };
template <> struct MemberBindings<13> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2); } };
template <> struct MemberBindings<14> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3); } };
template <> struct MemberBindings<15> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4); } };
template <> struct MemberBindings<16> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5); } };
template <> struct MemberBindings<17> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6); } };
template <> struct MemberBindings<18> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7); } };
template <> struct MemberBindings<19> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8); } };
template <> struct MemberBindings<20> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9); } };
template <> struct MemberBindings<21> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0); } };
template <> struct MemberBindings<22> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1); } };
template <> struct MemberBindings<23> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2); } };
template <> struct MemberBindings<24> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3); } };
template <> struct MemberBindings<25> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4); } };
template <> struct MemberBindings<26> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5); } };
template <> struct MemberBindings<27> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6); } };
template <> struct MemberBindings<28> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7); } };
template <> struct MemberBindings<29> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8); } };
template <> struct MemberBindings<30> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9); } };
template <> struct MemberBindings<31> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0); } };
template <> struct MemberBindings<32> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1); } };
template <> struct MemberBindings<33> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2); } };
template <> struct MemberBindings<34> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3); } };
template <> struct MemberBindings<35> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4); } };
template <> struct MemberBindings<36> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5); } };
template <> struct MemberBindings<37> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6); } };
template <> struct MemberBindings<38> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7); } };
template <> struct MemberBindings<39> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8); } };
template <> struct MemberBindings<40> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9); } };
template <> struct MemberBindings<41> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0); } };
template <> struct MemberBindings<42> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1); } };
template <> struct MemberBindings<43> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2); } };
template <> struct MemberBindings<44> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3); } };
template <> struct MemberBindings<45> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4); } };
template <> struct MemberBindings<46> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5); } };
template <> struct MemberBindings<47> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6); } };
template <> struct MemberBindings<48> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7); } };
template <> struct MemberBindings<49> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8); } };
template <> struct MemberBindings<50> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9); } };
template <> struct MemberBindings<51> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0); } };
template <> struct MemberBindings<52> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1); } };
template <> struct MemberBindings<53> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2); } };
template <> struct MemberBindings<54> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3); } };
template <> struct MemberBindings<55> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4); } };
template <> struct MemberBindings<56> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5); } };
template <> struct MemberBindings<57> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6); } };
template <> struct MemberBindings<58> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7); } };
template <> struct MemberBindings<59> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8); } };
template <> struct MemberBindings<60> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9); } };
template <> struct MemberBindings<61> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0); } };
template <> struct MemberBindings<62> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1); } };
template <> struct MemberBindings<63> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2); } };
template <> struct MemberBindings<64> { static constexpr decltype(auto) apply(auto& v, auto&& f) {
  auto& [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3] = v;
  return f(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
    c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
    f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3); } };
// clang-format on

}  // namespace gradus::detail
