;; The inner loops of decoding, with SIMD. Assembled into kernel-bytes.ts by `npm run kernel`.
;;
;; Memory: octets 0 to 65535 hold input, 65536 to 65551 slack for reads that overlap, 65552 on the table of frames.
(module
  (memory (export "memory") 2 2)

  ;; Where the last run of frames stopped.
  (global $stopped (export "stopped") (mut i32) (i32.const 0))

  ;; Applies the key to octets [at, at + length) in place and returns 1 if all are ASCII then. A key of 0 only looks.
  (func $mask (export "mask") (param $at i32) (param $length i32) (param $key i32) (result i32)
    (local $end i32) (local $last16 i32) (local $keys v128) (local $tail v128) (local $octets v128)
    (local $seen v128) (local $high i64) (local $word i64)
    (local.set $end (i32.add (local.get $at) (local.get $length)))

    (if (i32.ge_u (local.get $length) (i32.const 16))
      (then
        (local.set $keys (i32x4.splat (local.get $key)))
        ;; The last 16 octets, which may overlap those before: read first, written last, with the key turned to fit.
        (local.set $last16 (i32.sub (local.get $end) (i32.const 16)))
        (local.set $tail
          (v128.xor
            (v128.load (local.get $last16))
            (i32x4.splat
              (i32.rotr (local.get $key) (i32.shl (i32.and (local.get $length) (i32.const 3)) (i32.const 3))))))
        (local.set $seen (local.get $tail))
        (block $done
          (loop $more
            (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
            (local.set $octets (v128.xor (v128.load (local.get $at)) (local.get $keys)))
            (v128.store (local.get $at) (local.get $octets))
            (local.set $seen (v128.or (local.get $seen) (local.get $octets)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $more)))
        (v128.store (local.get $last16) (local.get $tail))
        (return (i32.eqz (i8x16.bitmask (local.get $seen))))))

    ;; Fewer than 16: eight, four, and one at a time.
    (if (i32.and (local.get $length) (i32.const 8))
      (then
        (local.set $word
          (i64.xor
            (i64.load (local.get $at))
            (i64.or
              (i64.extend_i32_u (local.get $key))
              (i64.shl (i64.extend_i32_u (local.get $key)) (i64.const 32)))))
        (i64.store (local.get $at) (local.get $word))
        (local.set $high (local.get $word))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))))
    (if (i32.and (local.get $length) (i32.const 4))
      (then
        (local.set $word
          (i64.extend_i32_u (i32.xor (i32.load (local.get $at)) (local.get $key))))
        (i32.store (local.get $at) (i32.wrap_i64 (local.get $word)))
        (local.set $high (i64.or (local.get $high) (local.get $word)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $word
          (i64.extend_i32_u
            (i32.and (i32.xor (i32.load8_u (local.get $at)) (local.get $key)) (i32.const 255))))
        (i32.store8 (local.get $at) (i32.wrap_i64 (local.get $word)))
        (local.set $high (i64.or (local.get $high) (local.get $word)))
        (local.set $key (i32.shr_u (local.get $key) (i32.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (i64.eqz (i64.and (local.get $high) (i64.const 0x8080808080808080))))

  ;; Returns 1 if octets [at, at + length) are all ASCII: what `mask` with a key of 0 does, without writing them back.
  (func $ascii (param $at i32) (param $length i32) (result i32)
    (local $last16 i32) (local $seen v128)
    (if (i32.lt_u (local.get $length) (i32.const 16))
      (then (return (call $mask (local.get $at) (local.get $length) (i32.const 0)))))
    (local.set $last16 (i32.sub (i32.add (local.get $at) (local.get $length)) (i32.const 16)))
    (local.set $seen (v128.load (local.get $last16)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $last16)))
        (local.set $seen (v128.or (local.get $seen) (v128.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.eqz (i8x16.bitmask (local.get $seen))))

  ;; Finds the run of frames at the beginning of [0, length) that are whole, text or binary, with FIN and without
  ;; reserved bits, of at most `most` octets, and masked or not as asked; unmasks them; and lists them in the table:
  ;; where the payload begins, then its length * 4 + 2 if it is ASCII + 1 if it is binary. Returns how many they are.
  (func (export "run") (param $length i32) (param $masked i32) (param $most i32) (param $table i32) (param $limit i32)
    (result i32)
    (local $at i32) (local $payload i32) (local $size i32) (local $first i32) (local $key i32) (local $count i32)
    (block $stop
      (loop $frame
        (br_if $stop (i32.ge_u (local.get $count) (local.get $limit)))
        (br_if $stop (i32.gt_u (i32.add (local.get $at) (i32.const 2)) (local.get $length)))
        (local.set $first (i32.sub (i32.load8_u (local.get $at)) (i32.const 0x81)))
        (br_if $stop (i32.gt_u (local.get $first) (i32.const 1)))
        (local.set $size (i32.load8_u offset=1 (local.get $at)))
        (br_if $stop (i32.ne (i32.shr_u (local.get $size) (i32.const 7)) (local.get $masked)))
        (local.set $size (i32.and (local.get $size) (i32.const 127)))
        (local.set $payload (i32.add (local.get $at) (i32.const 2)))
        (if (i32.ge_u (local.get $size) (i32.const 126))
          (then
            (br_if $stop (i32.eq (local.get $size) (i32.const 127)))
            (br_if $stop (i32.gt_u (i32.add (local.get $at) (i32.const 4)) (local.get $length)))
            (local.set $size
              (i32.or
                (i32.shl (i32.load8_u (local.get $payload)) (i32.const 8))
                (i32.load8_u offset=1 (local.get $payload))))
            (br_if $stop (i32.lt_u (local.get $size) (i32.const 126)))
            (local.set $payload (i32.add (local.get $payload) (i32.const 2)))))
        (br_if $stop (i32.gt_u (local.get $size) (local.get $most)))
        (local.set $key (i32.const 0))
        (if (local.get $masked)
          (then
            (br_if $stop (i32.gt_u (i32.add (local.get $payload) (i32.const 4)) (local.get $length)))
            (local.set $key (i32.load (local.get $payload)))
            (local.set $payload (i32.add (local.get $payload) (i32.const 4)))))
        (br_if $stop (i32.gt_u (i32.add (local.get $payload) (local.get $size)) (local.get $length)))
        (i32.store (local.get $table) (local.get $payload))
        (i32.store offset=4 (local.get $table)
          (i32.or
            (i32.or
              (i32.shl (local.get $size) (i32.const 2))
              (i32.shl
                (if (result i32) (local.get $masked)
                  (then (call $mask (local.get $payload) (local.get $size) (local.get $key)))
                  (else (call $ascii (local.get $payload) (local.get $size))))
                (i32.const 1)))
            (local.get $first)))
        (local.set $table (i32.add (local.get $table) (i32.const 8)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $at (i32.add (local.get $payload) (local.get $size)))
        (br $frame)))
    (global.set $stopped (local.get $at))
    (local.get $count))
)
