//! The passwords that everyone tries first, written down from common knowledge. They are compared without case,
//! without the digits and signs at their ends, and with the usual swaps of letters and digits undone, so that one
//! line here stands for hundreds: `Password1!`, `p4ssw0rd2024`, `WELCOME123`.

/// In lower case.
pub(super) const PASSWORDS: &[&str] = &[
    "password", "passwort", "motdepasse", "contrasena", "contraseña", "senha", "wachtwoord", "haslo", "parola", "passw",
    "pass", "passord", "passphrase", "mypassword", "thepassword", "newpassword", "password1password", "passwordpassword",
    "pssword", "paswd", "passwd", "pwd", "secret", "secrets", "geheim", "topsecret", "default", "changeme", "change",
    "changeit", "letmein", "letmeinnow", "openup", "opensesame", "sesame", "welcome", "welcomeback", "willkommen", "bienvenue",
    "hello", "hellothere", "helloworld", "hallo", "bonjour", "hola", "goodbye", "admin", "administrator", "adminadmin",
    "root", "rootroot", "toor", "system", "manager", "master", "superuser", "user", "username", "guest", "test", "tester",
    "testing", "testtest", "demo", "sample", "example", "temp", "temporary", "temppass", "login", "logmein", "signin",
    "access", "account", "private", "security", "secure", "server", "computer", "internet", "network", "windows", "microsoft",
    "apple", "google", "facebook", "twitter", "amazon", "linkedin", "office", "oracle", "cisco", "samsung", "nintendo",
    "playstation", "xbox", "minecraft", "pokemon", "pikachu", "starwars", "skywalker", "darthvader", "yoda", "startrek",
    "enterprise", "matrix", "gandalf", "frodo", "hobbit", "mordor", "harrypotter", "hogwarts", "voldemort", "batman",
    "superman", "spiderman", "ironman", "wolverine", "deadpool", "joker", "avengers", "snoopy", "garfield", "scooby",
    "mickey", "mickeymouse", "donald", "simpsons", "homer", "bart", "naruto", "dragonball", "goku", "zelda", "mario", "sonic",
    "qwerty", "qwertyui", "qwertyuiop", "qwertz", "azerty", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "qazwsx", "qazwsxedc",
    "qweasd", "qweasdzxc", "qweqwe", "asdasd", "zaqwsx", "zaqxsw", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh",
    "abcabc", "aaaaaa", "xxxxxx", "football", "baseball", "basketball", "soccer", "hockey", "tennis", "golf", "golfer",
    "rugby", "cricket", "fussball", "futbol", "liverpool", "arsenal", "chelsea", "manchester", "manutd", "barcelona",
    "realmadrid", "juventus", "bayern", "lakers", "yankees", "steelers", "cowboys", "packers", "redsox", "rangers", "eagles",
    "dolphins", "broncos", "raiders", "giants", "patriots", "monkey", "dragon", "tiger", "tigger", "lion", "panther", "eagle",
    "falcon", "phoenix", "dolphin", "butterfly", "horses", "horse", "kitty", "kitten", "cat", "dog", "puppy", "doggie",
    "bulldog", "rabbit", "bunny", "chicken", "turtle", "spider", "shark", "wolf", "bear", "teddybear", "buster", "charlie",
    "max", "bailey", "bella", "lucky", "shadow", "smokey", "ginger", "pepper", "cookie", "muffin", "chocolate", "cheese",
    "banana", "orange", "cherry", "peaches", "coffee", "whisky", "guinness", "corona", "pizza", "hotdog", "love", "iloveyou",
    "iloveu", "ilove", "loveyou", "loveme", "lovely", "lover", "ichliebedich", "jetaime", "teamo", "tequiero", "mylove",
    "sweetheart", "sweety", "sweetie", "honey", "angel", "angels", "princess", "prinzessin", "prince", "queen", "king",
    "babygirl", "baby", "daddy", "mommy", "mother", "father", "family", "friend", "friends", "forever", "happy", "happiness",
    "sunshine", "sunflower", "sunny", "summer", "winter", "spring", "autumn", "fall", "sommer", "january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "today", "birthday", "christmas", "holiday", "vacation",
    "freedom", "liberty", "peace", "trustno", "trustnol", "whatever", "nothing", "something", "anything", "blahblah", "blink",
    "fuckyou", "fuckme", "fuckoff", "asshole", "bullshit", "sexy", "hotstuff", "killer", "hunter", "ranger", "soldier",
    "warrior", "knight", "ninja", "samurai", "pirate", "wizard", "magic", "merlin", "legend", "thunder", "lightning",
    "diamond", "silver", "golden", "gold", "crystal", "purple", "yellow", "blue", "green", "black", "white", "red", "pink",
    "rainbow", "flower", "flowers", "rose", "garden", "ocean", "river", "mountain", "jordan", "michael", "michelle", "jessica",
    "jennifer", "ashley", "nicole", "daniel", "david", "robert", "thomas", "andrew", "joshua", "matthew", "anthony",
    "william", "george", "james", "john", "johnny", "peter", "martin", "stefan", "andreas", "alexander", "sophie", "maria",
    "anna", "laura", "sarah", "amanda", "samantha", "hannah", "elizabeth", "victoria", "maggie", "patrick", "richard",
    "christian", "jesus", "jesuschrist", "christ", "heaven", "blessed", "faith", "grace", "amen", "godislove", "america",
    "england", "london", "paris", "berlin", "newyork", "boston", "chicago", "dallas", "austin", "houston", "texas", "california",
    "florida", "canada", "mexico", "brasil", "deutschland", "france", "italia", "india", "australia", "mustang", "camaro",
    "corvette", "porsche", "ferrari", "mercedes", "bmw", "audi", "toyota", "honda", "harley", "yamaha", "ducati", "company",
    "business", "money", "dollar", "lawyer", "lawfirm", "legal", "attorney", "justice", "client", "clients", "partner",
    "paralegal", "solicitor", "barrister", "lawoffice", "chambers", "strongroom", "vault", "records", "document", "documents",
    "correcthorsebatterystaple", "startfinding", "rockyou", "metallica", "slipknot", "nirvana", "eminem", "beatles", "elvis",
    "music", "guitar", "piano", "dance", "dancer", "school", "student", "teacher", "college", "university", "hello kitty",
    "lovelove", "asdfasdf", "qwerqwer", "zxczxc", "q1w2e3r4", "q1w2e3r4t5", "q1w2e3r4t5y6", "1q2w3e4r", "1q2w3e4r5t",
    "1q2w3e4r5t6y", "1qaz2wsx", "1qaz2wsx3edc", "zaq12wsx", "zaq1xsw2", "qwe123", "qwer1234", "asd123", "abc123", "a1b2c3d4",
    "1a2b3c4d", "123abc", "1234abcd", "123qwe", "1234qwer", "12qwaszx", "passw0rd", "p@ssw0rd", "pa$$word", "pa$$w0rd",
];

const ROWS: &[&str] = &[
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
    "abcdefghijklmnopqrstuvwxyz", "!@#$%^&*()", "!\"§$%&/()=", "012345678901234567890",
];

/// True where the keys lie side by side in one row, either way.
pub(super) fn on_a_row(piece: &str) -> bool {
    let back: String = piece.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(piece) || row.contains(back.as_str()))
}
