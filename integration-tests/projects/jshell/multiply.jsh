import dev.weft.*
var device = Devices.open("cpu")
var scope = device.scope()
var a = device.full(0.5, Shape.of(64, 64))
System.out.println(device.info().selector() + ": " + a.matmul(device.ones(64, 64)).slice(0, 0, 1).slice(1, 0, 1).item())
/exit
