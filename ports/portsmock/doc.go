// Package portsmock has mocks of what usher does in the world: who moves money,
// lets people into communities and hands on mails. They are for tests, also those
// of programs that embed usher: each method is a function that the test gives, a
// method without one panics when it is called, and every call is noted.
//
//	clubs := &portsmock.CommunityMock{AdmitFunc: func(...) (domain.Admission, error) { ... }}
//	u, err := app.New(app.Config{..., Communities: map[domain.Service]ports.Community{domain.Circle: clubs}})
//
// State has no mocks: adapters/memstore is a store that is as true as a database.
// What lets people into a real service is tested with test/communitytest.
package portsmock
